package dev.kmsagent.adapters.kms.transport;

import java.net.URI;
import java.time.Duration;

/**
 * How KMS is reached.
 *
 * @param endpoint scheme, host and, unless it is the scheme's own, port
 * @param connectTimeout bound on making one connection
 * @param readTimeout bound on one whole exchange, from the request to the last byte of the answer
 */
public record KmsSettings(
    URI endpoint, Duration connectTimeout, Duration readTimeout, Trust trust, Proxying proxying) {}
