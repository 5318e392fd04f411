package dev.kmsagent.config;

import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.Rule;
import dev.kmsagent.config.schema.Rule.Condition;
import dev.kmsagent.config.schema.Table;
import dev.kmsagent.config.schema.ValueTypes;
import dev.kmsagent.config.schema.Values;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The table {@code [Cache.File]}: a folder in which the cache outlives a restart.
 *
 * @param path in which the agent makes the folder
 * @param encryptionKeys one, or a new one and an old one: the first seals, any opens
 */
public record FileCacheConfig(Path path, List<EncryptionKey> encryptionKeys) {
  public FileCacheConfig {
    encryptionKeys = List.copyOf(encryptionKeys);
  }

  /** The keys of {@code [Cache.File]}. */
  static final class Keys extends Table<FileCacheConfig> {
    private final ConfigKey<Path> path = key("Path", ValueTypes.path("a folder"));
    private final ConfigKey<List<EncryptionKey>> encryptionKey =
        key("EncryptionKey", EncryptionKey.listType());

    /** The keys, given that the cache is in a folder. */
    Keys(Condition inFolder) {
      super("Cache.File");
      require(inFolder, List.of(path, encryptionKey), "");
      allow("the keys of `[Cache.File]` are allowed only with `File`", inFolder, keys());
      demand(keyIsElsewhere().when(inFolder));
    }

    private Rule keyIsElsewhere() {
      return Rule.on(
          "`Cache.File.EncryptionKey` must not come from a file in `Cache.File.Path`",
          values -> path.findIn(values).stream().noneMatch(folder -> hasKey(folder, values)),
          values ->
              encryptionKey.problemIn(
                  values,
                  "is in a file in Cache.File.Path, where it protects nothing: a copy of the folder"
                      + " would hold it; keep it elsewhere"),
          path,
          encryptionKey);
    }

    private boolean hasKey(Path folder, Values values) {
      var parent = values.resolve(folder).normalize();
      return Pattern.compile("\\$\\{FILE:([^}]+)}")
          .matcher(encryptionKey.originIn(values).reference())
          .results()
          .anyMatch(it -> values.resolve(Path.of(it.group(1))).normalize().startsWith(parent));
    }

    @Override
    public FileCacheConfig build(Values values) {
      return new FileCacheConfig(values.resolve(path.in(values)), encryptionKey.in(values));
    }
  }
}
