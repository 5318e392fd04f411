package dev.kmsagent.deploy;

import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A machine whose mvn does nothing but what is asked of it here, with a clone of this project whose
 * scripts accept an archive that holds no real Maven.
 */
record FakeMachine(Path root) {
  private static final Pattern VERSION = Pattern.compile("(?m)^version=(.*)$");

  /** One whose mvn prints this when it is asked for its version. */
  static FakeMachine withMaven(Path root, String output) throws IOException {
    var machine = new FakeMachine(root);
    Files.createDirectories(machine.project().resolve("build"));
    for (var script : List.of("mvnw", "build/jdk", "build/maven")) {
      Files.copy(
          Clone.root().resolve(script),
          machine.project().resolve(script),
          StandardCopyOption.COPY_ATTRIBUTES);
    }
    Files.writeString(root.resolve("version"), output);
    SystemCommand.program(root.resolve("bin/mvn"), machine.mvn());
    machine.makeArchive();
    return machine;
  }

  private String mvn() throws IOException {
    return """
    #!/bin/sh
    root='%s'
    case $* in
      --version) cat "$root/version" ;;
      *:copy*)
        echo fetch >>"$root/fetches"
        for argument; do
          case $argument in
            -DoutputDirectory=*) cp "$root/archive" "${argument#*=}/apache-maven-%s-bin.tar.gz" ;;
          esac
        done
        ;;
      *) echo "the mvn on PATH runs $*" ;;
    esac
    """
        .formatted(root, version());
  }

  private void makeArchive() throws IOException {
    var maven = "apache-maven-" + version();
    SystemCommand.program(
        root.resolve(maven).resolve("bin/mvn"), "#!/bin/sh\necho \"the fetched Maven runs $*\"\n");
    var _ =
        SystemCommand.of("tar", "-C", root.toString(), "-czf", archive().toString(), maven)
            .run()
            .outputOfSuccess();
    var script = project().resolve("build/maven");
    Files.writeString(
        script, Files.readString(script).replaceFirst("sha512=\\w+", "sha512=" + sha512()));
  }

  private String sha512() throws IOException {
    try {
      var digest = MessageDigest.getInstance("SHA-512");
      return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(archive())));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The version that is fetched. */
  private String version() throws IOException {
    var script = Files.readString(project().resolve("build/maven"));
    return VERSION.matcher(script).results().findFirst().orElseThrow().group(1);
  }

  /** What mvn fetches. */
  Path archive() {
    return root.resolve("archive");
  }

  Path cache() {
    return root.resolve("a cache/kms-agent");
  }

  /** How often mvn was asked to fetch. */
  int fetches() throws IOException {
    var log = root.resolve("fetches");
    return Files.exists(log) ? Files.readAllLines(log).size() : 0;
  }

  Path project() {
    return root.resolve("a clone");
  }

  /** The wrapper, with the fake mvn first on PATH. */
  SystemCommand mvnw(Object... arguments) {
    return SystemCommand.of(project().resolve("mvnw").toString())
        .and(arguments)
        .with("JAVA_HOME", System.getProperty("java.home"))
        .with("XDG_CACHE_HOME", root.resolve("a cache").toString())
        .with("PATH", root.resolve("bin") + ":" + System.getenv("PATH"));
  }
}
