// The estate plan: GeoJSON (WGS-84) drawn on a flat plane in metres; no tiles, no outside host.
import * as L from "../vendor/leaflet.js";

const METRES_PER_DEGREE = 111_320;
const LAYERS_BELOW = [
  "boundary", "road", "green", "court", "water", "path", "parking", "tree", "facility", "building",
];
const NAMES_FROM_ZOOM = 0.7; // below 1.6 pixels a metre the names of places would cover the plan
const ICONS = { gate: "gate", device: "device" };

// Equirectangular around the plan's own middle: exact to centimetres over one estate.
function projection(bounds) {
  const middle = bounds.getCenter();
  const east = METRES_PER_DEGREE * Math.cos((middle.lat * Math.PI) / 180);
  return ([lon, lat]) =>
    L.latLng((lat - middle.lat) * METRES_PER_DEGREE, (lon - middle.lng) * east);
}

function sprite(name) {
  return `<svg class="icon" aria-hidden="true"><use href="${document.body.dataset.icons}#${name}"></use></svg>`;
}

function markerIcon({ icon, layer, status }, highlighted) {
  const state = [`is-${layer}`, status && `is-${status}`, highlighted && "is-highlight"];
  return L.divIcon({
    className: ["plan-marker", ...state.filter(Boolean)].join(" "),
    html: sprite(icon ?? (status === "alert" ? "alert" : ICONS[layer])),
    iconSize: [30, 30],
  });
}

function label(latlng, name) {
  const text = document.createElement("span");
  text.textContent = name;
  const icon = L.divIcon({ className: "plan-text", html: text, iconSize: [0, 0] });
  return L.marker(latlng, { icon, interactive: false, keyboard: false });
}

function order(feature) {
  const place = LAYERS_BELOW.indexOf(feature.properties.layer);
  return place < 0 ? LAYERS_BELOW.length : place;
}

export default function planMap(panel) {
  const { geojson, textFailed, textOpen, textZoomIn, textZoomOut } = panel.dataset;
  const message = panel.querySelector(".map-message");
  const list = panel.querySelector(".map-places");
  const canvas = panel.querySelector(".map-canvas");
  const map = L.map(canvas, {
    attributionControl: false,
    crs: L.CRS.Simple,
    minZoom: -4,
    maxZoom: 4,
    scrollWheelZoom: false,
    zoomControl: false,
    zoomSnap: 0.1,
  });
  L.control.zoom({ zoomInTitle: textZoomIn, zoomOutTitle: textZoomOut }).addTo(map);
  map.on("zoomend", () => canvas.classList.toggle("is-far", map.getZoom() < NAMES_FROM_ZOOM));
  let drawn;

  function popup({ name, url }) {
    const content = document.createElement("div");
    content.append(name);
    if (url) {
      const link = document.createElement("a");
      link.href = url;
      link.textContent = textOpen;
      content.append(" ", link);
    }
    return content;
  }

  function listPlace(feature, layer, highlighted) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = feature.properties.name;
    button.setAttribute("aria-pressed", highlighted);
    button.addEventListener("click", () => layer.openPopup());
    const item = document.createElement("li");
    item.append(button);
    list.append(item);
  }

  function draw(collection) {
    const highlight = panel.dataset.highlight;
    const first = !drawn;
    drawn?.remove();
    list.replaceChildren();
    const features = [...collection.features].sort((a, b) => order(a) - order(b));
    const project = projection(L.geoJSON({ ...collection, features }).getBounds());
    drawn = L.geoJSON({ ...collection, features }, {
      coordsToLatLng: project,
      smoothFactor: 0.3,
      style: ({ properties: { key, layer } }) => ({
        className: `plan-${layer}${highlight && key === highlight ? " is-highlight" : ""}`,
        interactive: layer === "building",
      }),
      pointToLayer: ({ properties }, latlng) => {
        if (properties.layer === "label") return label(latlng, properties.name);
        return L.marker(latlng, {
          alt: properties.name,
          icon: markerIcon(properties, highlight && properties.key === highlight),
          title: properties.name,
        });
      },
      onEachFeature: (feature, layer) => {
        const { key, layer: kind, name } = feature.properties;
        if (!name || kind === "label") return;
        const highlighted = Boolean(highlight) && key === highlight;
        if (kind === "building") {
          layer.bindTooltip(name, { className: "plan-label", direction: "center", permanent: true });
        }
        layer.bindPopup(popup(feature.properties));
        layer.on("popupopen", () => {
          panel.dispatchEvent(new CustomEvent("plan:select", { bubbles: true, detail: { key } }));
        });
        listPlace(feature, layer, highlighted);
      },
    }).addTo(map);
    if (first && features.length) map.fitBounds(drawn.getBounds(), { padding: [12, 12] });
  }

  async function load() {
    try {
      const answer = await fetch(geojson, { headers: { Accept: "application/geo+json" } });
      if (!answer.ok) throw new Error(`plan: HTTP ${answer.status}`);
      draw(await answer.json());
      message.hidden = true;
    } catch (error) {
      message.textContent = textFailed;
      message.hidden = false;
      console.error(error);
    }
  }

  panel.addEventListener("live", load);
  // Another part of the page may point at a place: panel.dataset.highlight = key, then "plan:refresh".
  panel.addEventListener("plan:refresh", load);
  load();
}
