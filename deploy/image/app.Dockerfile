# The application of the deployment guide: it waits, and has curl to ask the agent with.
# Context: any folder.
ARG BASE=debian:13-slim
FROM ${BASE}
RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends curl \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/*
WORKDIR /
# As process 1 sleep ignores SIGTERM, and has nothing to bring to an end.
STOPSIGNAL SIGKILL
ENTRYPOINT ["sleep", "360000"]
