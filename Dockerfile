FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 \
    DJANGO_SETTINGS_MODULE=smartcommunity.settings.production SC_STATE_DIR=/state
# /state and /broker become volumes; a named volume takes over their owner.
RUN useradd --uid 10001 --create-home sc \
    && mkdir /state /broker \
    && chown sc:sc /state /broker

WORKDIR /app
COPY requirements.txt ./
COPY packaging/dlib packaging/dlib
RUN pip install -r requirements.txt
COPY . .
RUN python -m smartcommunity.i18n compile

USER sc
EXPOSE 8000
CMD ["uvicorn", "smartcommunity.asgi:application", "--host", "0.0.0.0", "--port", "8000", "--lifespan", "off", "--no-access-log", "--timeout-graceful-shutdown", "10"]
