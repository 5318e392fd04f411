package dev.kmsagent.adapters.http.request;

import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.SecretQuery;

/** What a client asks of the inside. */
public record SecretRequest(SecretQuery query, ReadMode mode) {}
