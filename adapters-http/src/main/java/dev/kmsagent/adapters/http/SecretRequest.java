package dev.kmsagent.adapters.http;

import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.SecretQuery;

/** What a client asks of the inside. */
record SecretRequest(SecretQuery query, ReadMode mode) {}
