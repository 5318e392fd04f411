# The application of the vendor's guide: it waits, and has curl to call the agent.
# Context: any folder.
ARG BASE=debian:13-slim
FROM ${BASE}
RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends curl \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/*
WORKDIR /
# As process 1, sleep ignores SIGTERM, and it has nothing to finish.
STOPSIGNAL SIGKILL
ENTRYPOINT ["sleep", "360000"]
