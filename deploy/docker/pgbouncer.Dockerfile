# syntax=docker/dockerfile:1
# PgBouncer of the distribution, the version that Ultudy is tested with.

FROM debian:bookworm-slim
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends pgbouncer \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10002 --user-group --no-create-home --shell /usr/sbin/nologin ultudy-pgbouncer
COPY deploy/pgbouncer/pgbouncer.ini deploy/pgbouncer/compose.ini /etc/pgbouncer/
USER 10002:10002
EXPOSE 6432
HEALTHCHECK --interval=5s --timeout=3s --retries=5 CMD ["bash", "-c", "true > /dev/tcp/127.0.0.1/6432"]
ENTRYPOINT ["pgbouncer"]
CMD ["/etc/pgbouncer/compose.ini"]
