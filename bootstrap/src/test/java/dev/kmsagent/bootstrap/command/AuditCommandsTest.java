package dev.kmsagent.bootstrap.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.telemetry.LogLosses;
import dev.kmsagent.adapters.telemetry.LogLosses.Kind;
import dev.kmsagent.adapters.telemetry.audit.AuditKey;
import dev.kmsagent.adapters.telemetry.audit.AuditLog;
import dev.kmsagent.config.AuditConfig;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.VirtualTime;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.event.KeyValuePair;

/** The commands for the audit trail, on files that an agent wrote. */
final class AuditCommandsTest {
  private static final Duration HOUR = Duration.ofHours(1);

  @TempDir private Path folder;
  private Path keys = Path.of("");
  private Path file = Path.of("");
  private String key = "";

  /** Three agents, each with one read, an hour apart; signatures in lines 5, 9 and 13. */
  @BeforeEach
  void a_trail() throws IOException {
    keys = folder.resolve("audit.key");
    file = folder.resolve("kms-agent-audit.jsonl");
    key = audit("key", "--create", keys).out().strip();
    var time = new VirtualTime();
    run(time, "orders/db", "10.0.0.7:40012", "found");
    run(time, "orders/cache", "10.0.0.8:40012", "refused");
    run(time, "billing/\u001b[31m\tdb\n", "10.0.0.9:40012", "found");
  }

  private void run(VirtualTime time, String secret, String peer, String outcome)
      throws IOException {
    try (var log = open(time)) {
      read(log, secret, peer, outcome);
    }
    time.advance(HOUR);
  }

  private AuditLog open(VirtualTime time) throws IOException {
    var config =
        new AuditConfig(true, folder, 1 << 20, 1 << 30, Duration.ofDays(180), Optional.of(keys));
    return AuditLog.open(
        config,
        config.readKey().map(AuditKey::of),
        "0123456789abcdef",
        List.of(),
        new LogLosses(time),
        time.timing());
  }

  private static void read(AuditLog log, String secret, String peer, String outcome) {
    var fields =
        List.of(
            new KeyValuePair("secret", secret),
            new KeyValuePair("peer", peer),
            new KeyValuePair("outcome", outcome));
    var _ = Patience.join(log.write(Kind.AUDIT, "secret_read", fields));
  }

  private static CommandRun audit(Object... words) {
    return CommandRun.of(
        Stream.concat(Stream.of("audit"), Stream.of(words))
            .map(Object::toString)
            .toArray(String[]::new));
  }

  private static void assertFails(CommandRun run, int status, String... messages) {
    assertThat(run.err()).contains(messages).doesNotContain("a bug in the agent");
    assertThat(run.status()).isEqualTo(status);
    assertThat(run.out()).doesNotContain("whole");
  }

  @Nested
  final class Key {
    @Test
    void is_made_for_its_owner_alone_and_its_public_half_is_printed() throws IOException {
      assertThat(Files.getPosixFilePermissions(keys))
          .isEqualTo(PosixFilePermissions.fromString("rw-------"));
      assertThat(AuditKey.of(new ConfidentialText(Files.readString(keys))).publicKey())
          .isEqualTo(key);
      assertThat(audit("key", keys).out().strip()).isEqualTo(key);
    }

    @Test
    void does_not_take_the_place_of_another_file() throws IOException {
      var before = Files.readString(keys);

      assertFails(
          audit("key", "--create", keys), ExitStatus.FAILED, "there is a file of that name");
      assertThat(keys).content().isEqualTo(before);
    }

    @Test
    void that_cannot_be_read_is_told_and_not_printed() throws IOException {
      var half = Files.readString(keys).lines().limit(3).toList();
      var other = Files.write(folder.resolve("other"), half);

      assertFails(audit("key", other), ExitStatus.FAILED, "it has no block BEGIN PUBLIC KEY");
      assertThat(audit("key", other).err()).doesNotContain(half.get(1));
      Files.write(other, new byte[] {-1, 0, 27});
      assertFails(audit("key", other), ExitStatus.FAILED, "it has no block BEGIN PRIVATE KEY");
      Files.writeString(other, Files.readString(keys).replace("\nMC", "\nM!"));
      assertFails(audit("key", other), ExitStatus.FAILED, "it is damaged, or not of Ed25519");
      assertFails(audit("key", folder.resolve("none")), ExitStatus.FAILED, "no such file");
      assertFails(audit("key", folder), ExitStatus.FAILED, "directory");
    }

    @Test
    void of_two_pairs_is_none() throws IOException {
      var mixed =
          Stream.concat(
              Files.readString(keys).lines().limit(3), AuditKey.create().reveal().lines().skip(3));
      var other = Files.write(folder.resolve("other"), mixed.toList());

      assertFails(audit("key", other), ExitStatus.FAILED, "its private and its public key are no");
    }
  }

  @Nested
  final class Verify {
    @Test
    void says_what_is_whole_and_what_was_signed_last() {
      var run = audit("verify", "--key", key, file);

      assertThat(run.out().lines())
          .containsExactly(
              "Lines 1 to 13 are whole.",
              "The last signature is in line 13, of 2026-01-01T02:00:00.000Z.");
      assertThat(run.status()).isEqualTo(ExitStatus.DONE);
      assertThat(audit("verify", "--key", keys, file)).isEqualTo(run);
    }

    @Test
    void says_that_signatures_are_not_verified_without_a_key() {
      assertThat(audit("verify", file).out())
          .contains("The signatures were not verified: give --key.");
    }

    @Test
    void names_file_line_and_last_signature_of_what_was_changed() throws IOException {
      Files.writeString(file, Files.readString(file).replace("orders/cache", "orders/other"));

      assertFails(
          audit("verify", "--key", key, file),
          ExitStatus.FAILED,
          file + ":8: The line before this one, 7, was changed.",
          "The last signature is in line 5,");
    }

    @Test
    void tells_a_line_in_part_and_after_the_next_start_that_it_is_missing() throws IOException {
      var text = Files.readString(file);
      Files.writeString(file, text.substring(0, text.length() - 3));
      var run = audit("verify", "--key", key, file);

      assertThat(run.status()).isEqualTo(ExitStatus.DONE);
      assertThat(run.out())
          .contains(
              "Lines 1 to 12 are whole.",
              "ends in the midst of a line",
              "The last signature is in line 9",
              "Lines behind it could be changed, and what stood there cannot be known.");
      open(new VirtualTime()).close();
      var later = audit("verify", "--key", key, file);
      assertThat(later.status()).isEqualTo(ExitStatus.FAILED);
      assertThat(later.out())
          .contains("Lines 1 to 16 are whole.", "Lines are missing: 13 to 13.", "in line 16");
    }

    @Test
    void finds_lines_cut_off_by_a_number_that_was_seen_elsewhere() {
      assertThat(audit("verify", "--sequence", "13", file).status()).isEqualTo(ExitStatus.DONE);
      assertFails(
          audit("verify", "--sequence=14", "--key", key, file),
          ExitStatus.FAILED,
          "They end before line 14: the last lines were cut off.");
    }

    @Test
    void fails_if_no_line_is_signed() throws IOException {
      var lines = Files.readAllLines(file).subList(0, 4);
      Files.write(file, lines);

      assertFails(audit("verify", "--key", key, file), ExitStatus.FAILED, "No line is signed");
    }

    @Test
    void fails_with_another_key() {
      var other = AuditKey.of(AuditKey.create()).publicKey();

      assertFails(
          audit("verify", "--key", other, file),
          ExitStatus.FAILED,
          "kms-agent-audit.jsonl:5: The signature is by none of the given keys");
      assertThat(audit("verify", "--key", other, "--key", key, file).status())
          .isEqualTo(ExitStatus.DONE);
    }

    @Test
    void names_what_is_no_file_of_lines() throws IOException {
      var archive = Files.write(folder.resolve("a.gz"), new byte[] {0x1f, (byte) 0x8b, 8});
      var empty = Files.createFile(folder.resolve("empty"));

      assertFails(audit("verify", folder), ExitStatus.FAILED, folder + ": this is no file");
      assertFails(audit("verify", "/dev/null"), ExitStatus.FAILED, "/dev/null: this is no file");
      assertFails(audit("verify", folder + "/x"), ExitStatus.FAILED, "x: no such file or folder");
      assertFails(audit("verify", archive), ExitStatus.FAILED, "a.gz: it is cut off");
      assertFails(audit("verify", empty), ExitStatus.FAILED, "empty:1: There is no line.");
      assertFails(audit("verify", keys), ExitStatus.FAILED, "audit.key:1: This is no line of an");
    }

    @ParameterizedTest
    @ValueSource(strings = {"none.pub", "MCowBQ", "", "a\0b", "/", "!"})
    void takes_no_key_for_what_is_none(String text) {
      assertFails(
          audit("verify", "--key=" + text, file), ExitStatus.MISUSED, "Invalid value for --key");
    }

    @Test
    void takes_no_private_key_for_a_public_one() throws IOException {
      var secret = Files.readAllLines(keys).get(1);

      assertFails(
          audit("verify", "--key=" + secret, file),
          ExitStatus.MISUSED,
          "neither a public key of Ed25519 nor a file with one");
      assertThat(audit("verify", "--key=" + secret, file).err()).doesNotContain(secret);
    }

    @ParameterizedTest
    @CsvSource({"verify", "verify --sequence x f", "verify --sequence= f", "query", "key", "verfy"})
    void takes_nothing_else(String words) {
      assertFails(audit((Object[]) words.split(" ")), ExitStatus.MISUSED, "Help: ");
    }
  }

  @Nested
  final class Query {
    private List<String> secrets(Object... options) {
      var run =
          audit(
              Stream.of(new Object[] {"query"}, options, new Object[] {file})
                  .flatMap(Stream::of)
                  .toArray());
      assertThat(run.err()).isEmpty();
      assertThat(run.status()).isEqualTo(ExitStatus.DONE);
      return run.out().lines().skip(1).map(it -> it.split("\t", -1)[4]).toList();
    }

    @Test
    void prints_columns_with_nothing_that_a_terminal_obeys() {
      var run = audit("query", "--secret", "billing/*", file);

      assertThat(run.out().lines().toList().getLast())
          .isEqualTo(
              "2026-01-01T02:00:00.000Z\tsecret_read\tfound\t-\tbilling/\\u001b[31m\\u0009db\\u000a"
                  + "\t-\t-\t-\t-\t10.0.0.9:40012\t-");
    }

    @Test
    void prints_the_lines_themselves_as_json() throws IOException {
      var run = audit("query", "--json", file);

      assertThat(run.out()).isEqualTo(Files.readString(file));
    }

    @Test
    void finds_by_secret_caller_outcome_and_time() {
      assertThat(secrets("--secret", "orders/*")).containsExactly("orders/db", "orders/cache");
      assertThat(secrets("--secret", "orders/d?")).containsExactly("orders/db");
      assertThat(secrets("--secret", "orders/.*")).isEmpty();
      assertThat(secrets("--secret", "*db*")).hasSize(2);
      assertThat(secrets("--caller", "10.0.0.8")).containsExactly("orders/cache");
      assertThat(secrets("--outcome", "refused")).containsExactly("orders/cache");
      assertThat(secrets("--secret=*", "--since=2026-01-01T01:00:00Z")).hasSize(2);
      assertThat(secrets("--secret=*", "--until=2026-01-01T01:00:00Z")).hasSize(1);
      assertThat(secrets("--secret=*", "--until=2026-01-01")).isEmpty();
      assertThat(secrets("--since=2026-01-02")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"yesterday", "2026-13-01", "2026-01-01T08:00:00", "", "1"})
    void takes_no_time_for_what_is_none(String time) {
      assertFails(
          audit("query", "--since=" + time, file),
          ExitStatus.MISUSED,
          "Invalid value for --since: write 2026-12-31, or 2026-12-31T08:00:00Z");
    }

    @Test
    void passes_over_damaged_lines_and_tells_their_number() throws IOException {
      Files.writeString(
          file,
          """
          {"time":"yesterday","event":"secret_read","secret":"orders/db"}
          {"time":"2026-01-01T00:00:00Z","secret":
          {"time":"2026-01-01T00:00:00Z
          ["time":"2026-01-01T00:00:00Z"]
          {"event":"secret_read","secret":"orders/db"}
          %s
          {"time":"2026-01-01T00:00:00Z","event":["\u001b"],"secret":"\u001b[2J"}
          {"time":"2026-01-01T00:00:00Z","event":"secret_read","secret":"a"}
          {"time":"2026"""
              .formatted("{\"time\":\"2026-01-01T00:00:00Z\",\"a\":" + "[".repeat(10_000)));
      var run = audit("query", file);

      assertThat(run.err()).isEqualTo("Damaged lines, which were passed over: 6\n");
      assertThat(run.out().lines().skip(1).map(it -> it.split("\t", -1)[4]))
          .containsExactly("\\u001b[2J", "a");
      assertThat(audit("query", "--json", file).out()).doesNotContain("\u001b");
    }

    @Test
    void names_what_is_no_file_of_lines_and_prints_what_was_found_before() {
      var run = audit("query", file, folder);

      assertFails(run, ExitStatus.FAILED, folder + ": Is a directory");
      assertThat(run.out()).contains("orders/db");
    }

    @Test
    void ends_quietly_once_its_output_is_closed() throws IOException {
      var line = Files.readAllLines(file).get(2) + "\n";
      Files.writeString(file, line.repeat(10_000));
      var closed = new Closed();
      var told = new ByteArrayOutputStream();
      var context =
          new CommandContext(
              new PrintStream(closed),
              new PrintStream(told),
              told,
              false,
              Map.of(),
              () -> () -> {});

      assertThat(Commands.execute(context, "audit", "query", file.toString()))
          .isEqualTo(ExitStatus.FAILED);
      assertThat(told.toByteArray()).isEmpty();
      assertThat(closed.writes).isLessThan(3);
    }

    private static final class Closed extends OutputStream {
      private int writes;

      @Override
      public void write(int b) throws IOException {
        writes++;
        throw new IOException("Broken pipe");
      }
    }
  }
}
