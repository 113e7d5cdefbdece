# syntax=docker/dockerfile:1
# The service as compose runs it: hashed packages, no compiler, no root.
FROM python:3.11-slim-bookworm AS installed
WORKDIR /app
COPY requirements/uv.txt requirements/runtime.txt requirements/build.txt requirements/
RUN python -m venv /opt/referral \
 && /opt/referral/bin/pip install --no-cache-dir --require-hashes -r requirements/uv.txt \
 && /opt/referral/bin/uv pip install --no-cache --python /opt/referral/bin/python --compile-bytecode \
        --require-hashes -r requirements/runtime.txt -r requirements/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY migrations migrations
COPY schema schema
COPY referral referral
# A link to this folder, as in a checkout: migrations and schema stay beside the package.
RUN /opt/referral/bin/uv pip install --no-cache --python /opt/referral/bin/python \
        --no-deps --no-build-isolation --offline --editable . \
 && /opt/referral/bin/python -m compileall -q referral

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin referral \
 && install -d -o referral -g referral -m 700 /var/lib/referral
COPY --from=installed /opt/referral /opt/referral
COPY --from=installed /app /app
ENV PATH=/opt/referral/bin:$PATH PYTHONUNBUFFERED=1 REFERRAL_HOME=/var/lib/referral REFERRAL_HOST=0.0.0.0
WORKDIR /app
USER referral
VOLUME /var/lib/referral
EXPOSE 8000
ENTRYPOINT ["referral"]
CMD ["serve"]
