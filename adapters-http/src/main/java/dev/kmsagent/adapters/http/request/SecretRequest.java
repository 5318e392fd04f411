package dev.kmsagent.adapters.http.request;

import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.SecretQuery;

/** A parsed request for a secret. */
public record SecretRequest(SecretQuery query, ReadMode mode) {}
