# The agent's image with your configuration, for pods that do not mount one.
# Context: the folder with your config.toml.
ARG IMAGE=alibabacloud-kms-agent:0.1.0
FROM ${IMAGE}
COPY config.toml .
