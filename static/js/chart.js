// Draws the numbers of a chart component; the table under it stays the accessible form.
import { init } from "../vendor/echarts.js";

const COLOURS = ["#1456c4", "#0b8a7a", "#c26a00", "#8a4fbf", "#bd2130", "#5a6675"];

function cartesian(kind, { labels, series }, unit, fontSize) {
  return {
    grid: { left: 8, right: 16, top: series.length > 1 ? 40 : 24, bottom: 8, containLabel: true },
    xAxis: { type: "category", data: labels, axisLabel: { fontSize, color: "#3c4856" } },
    yAxis: { type: "value", name: unit, minInterval: 1, axisLabel: { fontSize, color: "#3c4856" } },
    series: series.map(({ name, data }) => ({
      name, data, type: kind, barMaxWidth: 36, symbolSize: 7, lineStyle: { width: 2.5 },
    })),
  };
}

function pie({ labels, series }, fontSize) {
  const data = labels.map((name, i) => ({ name, value: series[0].data[i] }));
  const total = data.reduce((sum, { value }) => sum + value, 0) || 1;
  const text = new Map(data.map(({ name, value }) => [
    name, `${name}  ${value}  ${Math.round((value / total) * 100)}%`,
  ]));
  return {
    legend: { show: true, bottom: 0, formatter: (name) => text.get(name), textStyle: { fontSize } },
    series: [{
      type: "pie", radius: ["42%", "68%"], center: ["50%", "42%"], data, label: { show: false },
    }],
  };
}

export default function chart(figure) {
  const { kind, source, unit } = figure.dataset;
  const data = JSON.parse(document.getElementById(source).textContent);
  const plot = figure.querySelector(".chart-plot");
  const picture = init(plot, null, { renderer: "svg" });
  const fontSize = parseFloat(getComputedStyle(figure).fontSize) * 0.9;

  picture.setOption({
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    // The label is set by the template; patterns keep the series apart without colour.
    aria: { enabled: true, label: { enabled: false }, decal: { show: data.series.length > 1 } },
    color: COLOURS,
    legend: { show: data.series.length > 1, top: 0, textStyle: { fontSize } },
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    // HTML tooltips carry inline styles, which the Content-Security-Policy forbids.
    tooltip: { renderMode: "richText", trigger: kind === "pie" ? "item" : "axis", confine: true },
    ...(kind === "pie" ? pie(data, fontSize) : cartesian(kind, data, unit, fontSize)),
  });
  new ResizeObserver(() => picture.resize()).observe(plot);
}
