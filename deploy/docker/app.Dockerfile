# syntax=docker/dockerfile:1
# The gateway, the actions and the commands of the library: one image, started with different commands.
# Build in the repository's folder: docker build -f deploy/docker/app.Dockerfile -t motcua/app .

FROM python:3.11-slim-bookworm AS environment
ENV PIP_NO_CACHE_DIR=1 UV_NO_CACHE=1
RUN python -m pip install uv==0.13.9
COPY requirements/app.txt /build/app.txt
RUN uv venv --python /usr/local/bin/python /opt/motcua \
 && uv pip install --python /opt/motcua/bin/python --compile-bytecode --torch-backend cpu -r /build/app.txt

# The encoder and the index are made here, from the catalogue, so that a container starts with what it answers from.
FROM environment AS library
WORKDIR /app
COPY data data
COPY knowledge knowledge
RUN /opt/motcua/bin/python -m knowledge train-encoder \
 && /opt/motcua/bin/python -m knowledge build

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="motcua" \
      org.opencontainers.image.description="Gateway, actions and library of motcua" \
      org.opencontainers.image.licenses="AGPL-3.0-or-later"
ENV PATH=/opt/motcua/bin:$PATH \
    HOME=/tmp \
    MPLCONFIGDIR=/tmp \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PYTHONUTF8=1
WORKDIR /app
COPY --from=environment /opt/motcua /opt/motcua
COPY LICENSE LICENSE
COPY deploy/__init__.py deploy/migrate.py deploy/
COPY data data
COPY storage storage
COPY knowledge knowledge
COPY actions actions
COPY bot bot
COPY --from=library /app/var var
COPY --chmod=0755 deploy/docker/motcua.sh /usr/local/bin/motcua
COPY --chmod=0755 deploy/docker/healthy.py /usr/local/bin/healthy
RUN python -m compileall -q deploy storage knowledge actions bot \
 && chmod -R a+rX /app \
 && install -d -o 10001 -g 10001 /library
USER 10001:10001
EXPOSE 8000 5055
ENTRYPOINT ["motcua"]
CMD ["python", "-m", "bot", "serve"]
