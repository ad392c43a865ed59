# One image for web, the workers of each queue, deliver and migrate; docker-compose.yml says which command each runs.

FROM python:3.11-slim AS build
WORKDIR /build
COPY requirements/prod.txt .
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --require-hashes --no-deps -r prod.txt
ENV PATH=/opt/venv/bin:$PATH
COPY manage.py ./
COPY shop shop
COPY orders orders
COPY pickup pickup
COPY aftersales aftersales
COPY notifications notifications
COPY templates templates
COPY static static
COPY locale locale
# Collecting static files needs settings, not secrets: these end with this line.
RUN key=$(head -c 32 /dev/urandom | base64 -w0) \
 && export SECRET_KEY="$key$key" DATA_KEYS="build:$key" SEARCH_KEY="$key" \
 && python manage.py collectstatic --no-input -i redoc

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /srv/shop shop && mkdir -p /srv/data /srv/metrics \
 && chown shop: /srv/data /srv/metrics
COPY --from=build /opt/venv /opt/venv
COPY --from=build /build /srv/shop
WORKDIR /srv/shop
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 DATA_DIR=/srv/data
USER shop
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["python", "-c", "import http.client, os, sys; web = http.client.HTTPConnection('127.0.0.1', 8000, timeout=4); web.request('GET', '/healthz', headers={'Host': os.environ['ALLOWED_HOSTS'].split(',')[0]}); sys.exit(web.getresponse().status != 200)"]
CMD ["uvicorn", "shop.asgi:application", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--no-access-log", "--timeout-graceful-shutdown", "20"]
