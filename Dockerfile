# One image for the app (docs/deploy.md) and for a cluster's scheduler and workers (docs/cluster.md).
FROM python:3.13-slim

# One heap for all threads, so that one uses what another has freed (docs/deploy.md).
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 MALLOC_ARENA_MAX=1

WORKDIR /app
COPY requirements.txt requirements-library.txt ./
RUN pip install --requirement requirements.txt

RUN useradd --create-home --uid 1000 lab && mkdir /home/lab/runs /home/lab/certificates && chown -R lab:lab /home/lab
COPY --chown=root:root . .
# or each start compiles all of it again, and keeps 30 MB for that
RUN python -m compileall -q app.py kd pages ui
USER lab

ENV KD_HOME=/home/lab/runs
VOLUME /home/lab/runs
EXPOSE 8501
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
    CMD ["python", "-c", "import os, urllib.request as r; base = os.environ.get('STREAMLIT_SERVER_BASE_URL_PATH', ''); \
r.urlopen('/'.join(filter(None, ['http://127.0.0.1:8501', base.strip('/'), 'ready'])), timeout=4)"]
STOPSIGNAL SIGTERM
CMD ["python", "-m", "streamlit", "run", "app.py", "--server.headless", "true", "--server.address", "0.0.0.0"]
