# Two stages: the first builds, the second holds nothing but Python, the dependencies and the bot.
# The index of all platforms. What it is today: docker buildx imagetools inspect python:3.12-slim-bookworm
ARG PYTHON=python:3.12.15-slim-bookworm@sha256:34386ef0cb081344d7ec1c103ba398e6e9f64e9ab3a1509accc92a4e24a07258
FROM ${PYTHON} AS build
WORKDIR /src
COPY requirements requirements
RUN python requirements/install.py /opt/gutskin run \
 && python requirements/install.py /opt/build build
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY tips tips
RUN /opt/build/bin/hatchling build -t wheel \
 && /opt/gutskin/bin/python -m pip install --no-deps --no-index dist/gutskin-*.whl \
 && /opt/gutskin/bin/python -m pip check \
 && rm -rf /opt/gutskin/lib/python*/site-packages/pip* /opt/gutskin/bin/pip*

FROM ${PYTHON}
RUN useradd --uid 10001 --create-home --home-dir /home/gutskin --shell /usr/sbin/nologin gutskin \
 && install -d -o gutskin -g gutskin -m 0700 /data
COPY --from=build /opt/gutskin /opt/gutskin
ENV PATH=/opt/gutskin/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    # GUTSKIN_X where that is not set, or set to nothing: see bot/cli/__init__.py.
    IMAGE_GUTSKIN_DATA_DIR=/data \
    # Within a container only its own processes reach 127.0.0.1.
    IMAGE_GUTSKIN_WEB_HOST=0.0.0.0 \
    IMAGE_GUTSKIN_HEALTH_HOST=0.0.0.0 \
    IMAGE_GUTSKIN_LOG_FORMAT=json
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
# /readyz is red when the scheduler has not ticked for too long.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request; get = os.environ.get; port = get('GUTSKIN_HEALTH_PORT') or (get('GUTSKIN_WEBHOOK_URL') and '8081') or get('GUTSKIN_WEBHOOK_PORT') or '8080'; urllib.request.urlopen('http://127.0.0.1:' + port + '/readyz', timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["gutskin"]
CMD ["run"]
