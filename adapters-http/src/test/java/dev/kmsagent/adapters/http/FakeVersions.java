package dev.kmsagent.adapters.http;

import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.VersionId;
import dev.kmsagent.domain.VersionListing;
import dev.kmsagent.domain.port.NumberVersions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** Lists of versions with a knob; every secret that is rendered has the number 7. Thread-safe. */
final class FakeVersions implements NumberVersions {
  private final List<SecretName> asked = new CopyOnWriteArrayList<>();
  private volatile CompletionStage<VersionListing> answer =
      CompletableFuture.completedStage(new VersionListing.Listed(List.of()));

  void answer(CompletionStage<VersionListing> listing) {
    answer = listing;
  }

  /** The names of all requests so far. */
  List<SecretName> asked() {
    return asked;
  }

  @Override
  public int number(Secret secret) {
    return 7;
  }

  @Override
  public CompletionStage<VersionListing> list(SecretName name, VersionId current) {
    asked.add(name);
    return answer;
  }
}
