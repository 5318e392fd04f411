package dev.kmsagent.bootstrap.e2e;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.FreePort;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an agent exposes before its first request: each counter and histogram of {@code
 * docs/metrics.md}, with every value of the labels that the page names, so that {@code increase()}
 * sees the first event.
 */
final class FirstScrapeTest {
  private static final Pattern ROW =
      Pattern.compile(
          "(?m)^\\| `(?<name>\\w+)` \\| (counter|histogram) \\|(?<labels>[^|]*)\\|(?<meaning>.*)");

  /** An outcome that is one of each metric with the label. */
  private static final Pattern OUTCOME = Pattern.compile("(?m)^\\| `(\\w+)` \\| (?!of a).*\\|$");

  private static final String TOKEN =
      "kms_agent_requests_rejected_total{code=\"Forbidden.Token\",reason=\"%s\",status=\"403\"}";

  private static final Pattern CODE = Pattern.compile("`([a-z_]+)`");

  private final VirtualTime time = new VirtualTime();
  private final String page;
  @AutoClose private final Workload workload;
  @AutoClose private final WiredAgent ofOneRole;
  @AutoClose private final WiredAgent ofEachPod;

  /** Apart from the others, since it calls KMS, and that begins series. */
  @AutoClose private final WiredAgent withFiles;

  FirstScrapeTest(@TempDir Path folder) throws IOException {
    page = Files.readString(Path.of("..", "docs", "metrics.md"));
    workload = Workload.ofCluster(time, folder);
    ofOneRole = WiredAgent.start(workload.cloud().setup().withRedis(FreePort.next()), time);
    ofEachPod = WiredAgent.start(workload.ofPods(), time);
    withFiles =
        workload
            .cloud()
            .agent(
                time,
                """
                Files.Directory = "%s"
                Files.Entries = "db = { secret = 'app/db' }"
                """
                    .formatted(folder.resolve("files")));
  }

  /** Each series with its labels as the format has them. */
  private static Set<String> series(WiredAgent agent) {
    return agent
        .client()
        .get("/metrics")
        .body()
        .lines()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.substring(0, line.lastIndexOf(' ')))
        .collect(toSet());
  }

  @Test
  void has_every_counter_with_each_value_of_its_labels() {
    var series =
        Stream.of(ofOneRole, ofEachPod, withFiles).flatMap(it -> series(it).stream()).toList();
    var rows = ROW.matcher(page).results().toList();

    assertThat(rows).hasSizeGreaterThan(20);
    for (var row : rows) {
      var own = of(row, series);
      assertThat(own).as(row.group("name")).isNotEmpty();
      for (var label : codes(row.group("labels"))) {
        for (var value : values(row, label)) {
          assertThat(own)
              .as("%s of %s", label, row.group("name"))
              .anyMatch(it -> it.contains(label + "=\"" + value + '"'));
        }
      }
    }
  }

  private static List<String> of(MatchResult row, List<String> series) {
    var name = Pattern.compile(row.group("name") + "(_count)?(\\{.*)?");
    return series.stream().filter(name.asMatchPredicate()).toList();
  }

  /**
   * In the row stand those of the label that it names, else of its last one; others in the text or
   * the table of the label. Where there are none, the row says that a series begins with its first
   * request.
   */
  private List<String> values(MatchResult row, String label) {
    var inRow = codes(row.group("meaning").replace('`' + label + '`', ""));
    if (!inRow.isEmpty()) {
      var labels = codes(row.group("labels"));
      var named = labels.stream().filter(it -> row.group("meaning").contains('`' + it + '`'));
      return named.findFirst().orElse(labels.getLast()).equals(label) ? inRow : List.of();
    }
    var isOfStore = row.group("name").startsWith("kms_agent_shared_cache");
    var section = isOfStore ? page.substring(page.lastIndexOf("`outcome` of ")) : page;
    var parts = section.split("(?m)^`%s` (of [^`]* )?is ".formatted(label), 2);
    if (parts.length == 1) {
      assertThat(row.group("meaning")).as(label).contains("first such request");
      return List.of();
    }
    return label.equals("outcome")
        ? OUTCOME.matcher(parts[1].split("\n\n`", 2)[0]).results().map(it -> it.group(1)).toList()
        : codes(parts[1].split("\n\n", 2)[0]);
  }

  private static List<String> codes(String text) {
    return CODE.matcher(text).results().map(it -> it.group(1)).toList();
  }

  @Test
  void has_every_rejection_that_a_client_can_cause_but_those_of_malformed_http() {
    var before = series(ofOneRole);
    var client = ofOneRole.client();
    var others = new AgentClient(client.port(), Map.of(), client.http());
    for (var rejected :
        List.of(
            others.get("/nowhere"),
            others.with("X-KMS-Token", "old").get("/nowhere"),
            others.with("Via", "x").get("/nowhere"),
            client.get("/nowhere"),
            client.get("/secretsmanager/get?secretId="),
            client.send("POST", "/ping"))) {
      assertThat(rejected.status()).isBetween(400, 499);
    }
    assertThat(series(ofOneRole)).isEqualTo(before);
    assertThat(ofOneRole.metric(TOKEN.formatted("missing"))).isEqualTo(1);
    assertThat(ofOneRole.metric(TOKEN.formatted("wrong"))).isEqualTo(1);
  }
}
