# The dependencies are the lock file's, hashes checked; nothing that builds them stays in the image.
FROM python:3.12-slim AS build
WORKDIR /src
RUN python -m venv /app
COPY requirements.lock ./
RUN /app/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --requirement requirements.lock
COPY pyproject.toml README.md LICENSE manifest.yml ./
COPY approvals ./approvals
COPY bot ./bot
RUN /app/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps .

FROM python:3.12-slim
RUN useradd --system --uid 10001 --home-dir /data --create-home imagewarden
COPY --from=build /app /app
# By its number: Kubernetes can't tell of a name that it isn't root's.
USER 10001
WORKDIR /data
VOLUME /data
ENV PATH=/app/bin:$PATH IMAGEWARDEN_DB=/data/imagewarden.db IMAGEWARDEN_POLICY=/data/policy.toml
EXPOSE 9090
# Past the proxies that Docker puts into the environment where its own settings name some.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "from urllib.request import *; build_opener(ProxyHandler({})).open('http://127.0.0.1:9090/healthz', timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["imagewarden"]
CMD ["run", "--metrics", "0.0.0.0:9090"]
