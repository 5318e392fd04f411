package dev.kmsagent.adapters.http.dialect;

import com.google.gson.JsonObject;
import dev.kmsagent.config.ServerConfig;
import dev.kmsagent.config.ServerConfig.ResponseType;
import dev.kmsagent.domain.DataType;
import dev.kmsagent.domain.Representation;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretContent;
import dev.kmsagent.domain.port.out.SecretParser;
import dev.kmsagent.domain.port.out.SecretRenderer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Renders secrets in the dialects of a server, and reads them back. Thread-safe. */
public final class DialectRenderer implements SecretRenderer, SecretParser {
  private final Dialect dialect;

  /** That of Vault's routes, if it is another one. */
  private final @Nullable Dialect alternative;

  public DialectRenderer(ServerConfig config) {
    this.dialect = Dialects.of(config);
    this.alternative =
        config.vault().isPresent() && config.responseType() != ResponseType.HASHICORP_KV
            ? Dialects.ofVault(config)
            : null;
  }

  @Override
  public Representation render(Secret secret) {
    var own = new Representation(dialect.secret(secret));
    return alternative == null ? own : own.or(new Representation(alternative.secret(secret)));
  }

  @Override
  public SecretContent parse(Representation representation) {
    return dialect.value(StandardCharsets.UTF_8.decode(representation.body()).toString());
  }

  @Override
  public Optional<Map<String, String>> fields(SecretContent content) {
    return content.type() == DataType.TEXT
        ? Json.parse(content.value().reveal()).map(DialectRenderer::texts)
        : Optional.empty();
  }

  private static Map<String, String> texts(JsonObject object) {
    var texts = new LinkedHashMap<String, String>();
    for (var name : object.keySet()) {
      Json.text(object, name).ifPresent(text -> texts.put(name, text));
    }
    return Collections.unmodifiableMap(texts);
  }
}
