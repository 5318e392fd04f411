package dev.kmsagent.adapters.http.vault;

import com.google.gson.JsonObject;
import dev.kmsagent.adapters.http.dialect.Json;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.Parsed;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The login of a pod as Vault's clients make it ({@code auth/kubernetes/login}). The token that
 * they get carries what they have sent, so that the agent remembers no login.
 *
 * @param role as the pod asks for it; empty for that of the configuration
 */
public record VaultLogin(ConfidentialText jwt, Optional<String> role) {
  /** No JWT begins with it. */
  private static final String PREFIX = "pod.";

  /** Followed by the role in base64 and the JWT. */
  private static final Pattern CLIENT_TOKEN =
      Pattern.compile("pod\\.((?:[\\w-]{4})*(?:[\\w-]{2,3})?)\\.(.*)", Pattern.DOTALL);

  /** Reads the body of a login; {@code role} may be missing. */
  public static Parsed<VaultLogin> parse(String body) {
    var json = Json.parse(body);
    return json.flatMap(it -> text(it, "jwt"))
        .<Parsed<VaultLogin>>map(
            jwt ->
                new Parsed.Valid<>(
                    new VaultLogin(
                        new ConfidentialText(jwt), json.flatMap(it -> text(it, "role")))))
        .orElseGet(() -> new Parsed.Invalid<>("the body must be a JSON object with jwt and role"));
  }

  private static Optional<String> text(JsonObject object, String name) {
    return Json.text(object, name).flatMap(VaultLogin::present);
  }

  /** Reads the token of a login; empty if it is none. */
  public static Optional<VaultLogin> ofToken(String presented) {
    if (!presented.startsWith(PREFIX)) {
      return Optional.empty();
    }
    var parts = CLIENT_TOKEN.matcher(presented);
    if (!parts.matches()) {
      return Optional.empty();
    }
    var role = new String(Base64.getUrlDecoder().decode(parts.group(1)), StandardCharsets.UTF_8);
    return Optional.of(new VaultLogin(new ConfidentialText(parts.group(2)), present(role)));
  }

  private static Optional<String> present(String role) {
    return Optional.of(role).filter(it -> !it.isEmpty());
  }

  /** The token that the client sends from then on. */
  public String clientToken() {
    var encoder = Base64.getUrlEncoder().withoutPadding();
    var encoded = encoder.encodeToString(role.orElse("").getBytes(StandardCharsets.UTF_8));
    return PREFIX + encoded + '.' + jwt.reveal();
  }
}
