# The agent's image with a configuration of yours in it, for pods that mount none.
# Context: the folder of your config.toml.
ARG IMAGE=alibabacloud-kms-agent:0.1.0
FROM ${IMAGE}
COPY config.toml .
