package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.request.SecretRequest;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.RetrieveSecret;
import dev.kmsagent.testkit.Secrets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** An inside with knobs: what it answers to each name, and when. Thread-safe. */
final class FakeRetrieval implements RetrieveSecret {
  private final Map<String, Supplier<CompletionStage<Retrieval>>> answers =
      new ConcurrentHashMap<>();
  private final List<SecretRequest> requests = new CopyOnWriteArrayList<>();

  /** Whoever asks for {@code name} gets {@code outcome} at once. */
  void answer(String name, Retrieval outcome) {
    answer(name, () -> CompletableFuture.completedFuture(outcome));
  }

  /** Whoever asks for {@code name} gets what {@code outcome} then gives. */
  void answer(String name, Supplier<CompletionStage<Retrieval>> outcome) {
    answers.put(name, outcome);
  }

  @Override
  public CompletionStage<Retrieval> retrieve(SecretQuery query, ReadMode mode) {
    requests.add(new SecretRequest(query, mode));
    return answers
        .getOrDefault(query.name().value(), () -> CompletableFuture.completedFuture(Secrets.gone()))
        .get();
  }

  /** Every request for {@code name} so far, in order. */
  List<SecretRequest> requests(String name) {
    return requests.stream().filter(r -> r.query().name().value().equals(name)).toList();
  }
}
