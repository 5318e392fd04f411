package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How the agent ends when it is told to. */
final class SignalsIT {
  private final TestCloud cloud = TestCloud.start();

  @AfterEach
  void clean_up() throws IOException {
    cloud.close();
  }

  /** So many reads, each of another secret, that have got as far as KMS. */
  private List<CompletableFuture<AgentAnswer>> inFlight(
      int count, AgentProcess agent, Fault fault) {
    var before = cloud.emulator().calls().total();
    cloud.emulator().faults().add(fault);
    var answers =
        Stream.generate(() -> agent.client().readAsync(cloud.newSecret("slow")))
            .limit(count)
            .toList();
    Patience.see(() -> cloud.emulator().calls().total(), calls -> calls >= before + count);
    return answers;
  }

  /** {@link DevIT} ends one by SIGINT. */
  @Test
  void an_idle_agent_ends_at_once_and_in_good_order() throws Exception {
    try (var agent = cloud.agent("Server.ShutdownGraceSeconds = 300")) {
      var exit = agent.terminate().exit();
      assertThat(exit.status()).isZero();
      assertThat(exit.stderr()).contains("agent_stopping").doesNotContain("ERROR");
    }
  }

  @Test
  void under_load_what_is_in_flight_finishes_and_what_comes_later_is_turned_away()
      throws Exception {
    try (var agent =
            cloud.agent(
                """
                KMS.ReadTimeoutMillis = 60000
                Server.RequestTimeoutSeconds = 60
                Server.ShutdownGraceSeconds = 60
                """);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var request = KeptConnection.read(cloud.newSecret("cached"), TestCloud.TOKEN);
      assertThat(KeptConnection.exchange(agent.port(), request).status()).isEqualTo(200);
      var inFlight = inFlight(20, agent, new Fault.Latency(Duration.ofSeconds(4)));
      var reads = new AtomicInteger();
      var clients =
          Stream.generate(() -> threads.submit(() -> readOn(agent.port(), request, reads)))
              .limit(8)
              .toList();
      Patience.see(reads::get, done -> done >= 100);
      var exit = agent.terminate().exit();
      assertThat(exit.status()).isZero();
      assertThat(inFlight).extracting(answer -> answer.join().verdict()).containsOnly("200");
      for (var client : clients) {
        assertThat(client.get()).isIn("503 ShuttingDown", "refused");
      }
    }
  }

  /**
   * Reads over and over; what a client gets in the end. An agent that stops may close a connection
   * without an announcement: one without a request for a second, one whose answer was on its way
   * when the stop began, and one that is not accepted yet. By then its port is closed, so that it
   * happens to a client once.
   */
  private static String readOn(int port, String request, AtomicInteger reads) throws IOException {
    for (int unannounced = 0; unannounced <= 1; ) {
      try (var connection = new KeptConnection(port)) {
        var isOpen = true;
        while (isOpen) {
          var answer = connection.send(request);
          if (answer.isPresent() && answer.get().status() != 200) {
            return answer.get().verdict();
          }
          reads.incrementAndGet();
          unannounced += answer.isPresent() ? 0 : 1;
          isOpen = answer.isPresent() && !isLast(answer.get());
        }
      } catch (ConnectException e) {
        return "refused";
      }
    }
    return "no answer of an agent that listens";
  }

  private static boolean isLast(AgentAnswer answer) {
    return answer.header("connection").equals(Optional.of("close"));
  }

  /** With the default grace there would be time for the answer. */
  @Test
  void what_does_not_finish_within_the_grace_is_cut_off() throws Exception {
    try (var agent =
        cloud.agent(
            """
            Server.ShutdownGraceSeconds = 1
            KMS.ReadTimeoutMillis = 60000
            """)) {
      var inFlight = inFlight(1, agent, new Fault.Latency(Duration.ofSeconds(6))).getFirst();

      var exit = agent.terminate().exit();

      assertThat(exit.status()).isZero();
      assertThat(inFlight.handle((answer, _) -> answer == null || answer.status() == 503).join())
          .isTrue();
    }
  }

  /** By a user of Redis that is confined to the names of its team. */
  @Test
  @Tag("thorough")
  void what_was_read_right_before_the_end_is_shared_under_the_names_of_the_team() throws Exception {
    var team =
        """
        Cache.Redis.Username = "team-a"
        Cache.Redis.Password = "s3cret"
        Cache.Redis.KeyPrefix = "team-a"
        """;
    try (var redis = RedisProcess.start()) {
      redis.configure("ACL", "SETUSER", "team-a", "on", ">s3cret", "~team-a:*", "+@all");
      try (var agent = AgentProcess.start(cloud.sharing(redis).with(team))) {
        var names = Stream.generate(() -> cloud.newSecret("value")).limit(30).toList();
        var reads = names.stream().map(agent.client()::readAsync).toList();
        assertThat(reads).extracting(read -> read.join().status()).containsOnly(200);
        agent.terminate().exit();
        assertThat(redis.command("KEYS", "team-a:c2:*").lines()).hasSize(names.size());
      }
    }
  }
}
