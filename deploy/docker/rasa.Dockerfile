# syntax=docker/dockerfile:1
# Rasa 3.6 in its own environment (docs/decisions/0001), with the model trained from the data.
# Build in the repository's folder: docker build -f deploy/docker/rasa.Dockerfile -t motcua/rasa .

FROM python:3.10-slim-bookworm AS environment
ENV PIP_NO_CACHE_DIR=1 UV_NO_CACHE=1
RUN python -m pip install uv==0.13.9
COPY requirements/rasa.txt /build/rasa.txt
RUN uv venv --python /usr/local/bin/python /opt/rasa \
 && uv pip install --python /opt/rasa/bin/python --compile-bytecode -r /build/rasa.txt

FROM environment AS model
ENV PYTHONPATH=/app RASA_TELEMETRY_ENABLED=false TF_CPP_MIN_LOG_LEVEL=3 SQLALCHEMY_SILENCE_UBER_WARNING=1
WORKDIR /app
COPY config.yml domain.yml ./
COPY data/nlu data/nlu
COPY data/rules data/rules
COPY data/stories data/stories
COPY data/language data/language
COPY data/phrasings data/phrasings
COPY data/outside data/outside
COPY knowledge/__init__.py knowledge/masking.py knowledge/names.json knowledge/names.py knowledge/normalise.py knowledge/
COPY understanding understanding
RUN /opt/rasa/bin/rasa train --config config.yml --domain domain.yml \
      --data data/nlu data/rules data/stories --out models --fixed-model-name motcua

FROM python:3.10-slim-bookworm
LABEL org.opencontainers.image.title="motcua-rasa" \
      org.opencontainers.image.description="Rasa of motcua, with its model" \
      org.opencontainers.image.licenses="AGPL-3.0-or-later"
# PYTHONDONTWRITEBYTECODE is left out: with it TensorFlow is compiled anew at every start.
ENV PATH=/opt/rasa/bin:$PATH \
    HOME=/tmp \
    MPLCONFIGDIR=/tmp \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONUTF8=1 \
    RASA_TELEMETRY_ENABLED=false \
    SQLALCHEMY_SILENCE_UBER_WARNING=1 \
    TF_CPP_MIN_LOG_LEVEL=3
WORKDIR /app
COPY --from=environment /opt/rasa /opt/rasa
COPY LICENSE LICENSE
COPY config.yml domain.yml endpoints.several.yml credentials.yml ./
COPY data/language data/language
COPY knowledge/__init__.py knowledge/masking.py knowledge/names.json knowledge/names.py knowledge/normalise.py knowledge/
COPY understanding understanding
COPY --from=model /app/models models
COPY --chmod=0755 deploy/docker/motcua.sh /usr/local/bin/motcua
COPY --chmod=0755 deploy/docker/healthy.py /usr/local/bin/healthy
RUN python -m compileall -q knowledge understanding \
 && chmod -R a+rX /app
USER 10001:10001
EXPOSE 5005
ENTRYPOINT ["motcua"]
CMD ["python", "-m", "rasa", "run", "--model", "models/motcua.tar.gz", "--endpoints", "endpoints.several.yml", \
     "--credentials", "credentials.yml", "--interface", "0.0.0.0", "--port", "5005"]
