package dev.kmsagent.bootstrap.e2e;

import dev.kmsagent.emulator.identity.MintedKey;
import dev.kmsagent.emulator.protocol.AccessKey.SessionToken;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a workload's agent must keep to itself: the tokens of the platform, and the secrets and
 * tokens of the keys that were minted for it; and a search for them in all that the agent shows.
 */
final class Confidences {
  private final Workload workload;
  private final Map<Marker, String> markers = new LinkedHashMap<>();

  Confidences(Workload workload) {
    this.workload = workload;
  }

  /** Adds what there is at this moment: keys that are revoked and tokens that are replaced go. */
  void note() {
    workload.emulator().mintedKeys().all().forEach(this::note);
    if (Files.isRegularFile(workload.tokenFile())) {
      parts().forEach(part -> markers.put(new Marker(part), "OIDC token"));
    }
  }

  private void note(MintedKey minted) {
    markers.put(new Marker(minted.key().keySecret().value()), "key secret");
    minted
        .key()
        .token()
        .map(SessionToken::value)
        .ifPresent(token -> markers.put(new Marker(token), "security token"));
  }

  /** What a token says and its signature; its head is that of all tokens. */
  private List<String> parts() {
    try {
      var text = Files.readString(workload.tokenFile()).strip();
      return Arrays.stream(text.split("\\.")).skip(1).toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  /** The kinds of what was noted, so that a search is known to have had something to look for. */
  Set<String> kinds() {
    return new LinkedHashSet<>(markers.values());
  }

  /** Which kinds stand on which page that a client gets; never the thing itself. */
  List<String> toldTo(AgentClient client) {
    var told = new ArrayList<String>();
    for (var page : List.of("/readyz", "/healthz", "/metrics")) {
      told.addAll(toldIn(page, client.get(page).body()));
    }
    return told;
  }

  List<String> toldIn(String where, String text) {
    return markers.entrySet().stream()
        .filter(marker -> marker.getKey().isIn(text))
        .map(marker -> marker.getValue() + " in " + where)
        .distinct()
        .toList();
  }
}
