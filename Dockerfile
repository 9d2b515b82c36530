# `infraaudit serve` in a container: docs/container.md.
#
#   docker build --tag infraaudit .
#   docker run --publish 127.0.0.1:8000:8000 --volume infraaudit:/data --env INFRAAUDIT_API_TOKEN=… infraaudit

# The Debian release is that of the image below: a program linked with a newer libc would not start.
FROM rust:1.95-slim-trixie AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked --package infraaudit \
    && mkdir --mode=0700 /data

# libc, libgcc and root certificates; no shell and no package manager.
FROM gcr.io/distroless/cc-debian13:nonroot
COPY --from=build /src/target/release/infraaudit /usr/local/bin/infraaudit
COPY --from=build --chown=65532:65532 /data /data
# By number: Kubernetes cannot tell from a name that it is not root.
USER 65532:65532
VOLUME /data
# Beyond loopback `serve` starts only with an API token or a JWT issuer.
ENV INFRAAUDIT_LISTEN=0.0.0.0:8000 INFRAAUDIT_DATA=/data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s CMD ["/usr/local/bin/infraaudit", "health"]
ENTRYPOINT ["/usr/local/bin/infraaudit"]
CMD ["serve"]
