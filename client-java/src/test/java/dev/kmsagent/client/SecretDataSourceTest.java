package dev.kmsagent.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kmsagent.client.FakeAgent.Answer;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SecretDataSourceTest {
  private static final int THREADS = 50;

  private final FakeDatabase database = new FakeDatabase();
  private final VirtualWaiting time = new VirtualWaiting();
  private FakeAgent agent;
  private SecretDataSource source;

  @BeforeEach
  void start() throws IOException, SQLException {
    DriverManager.registerDriver(database);
    agent = new FakeAgent();
    source = new SecretDataSource();
    source.waiting = time;
    source.setUrl(database.url);
    source.setSecretName("app/db");
    source.setClient(agent.client());
  }

  @AfterEach
  void stop() throws SQLException, IOException {
    DriverManager.deregisterDriver(database);
    agent.close();
  }

  private void rotateBoth() {
    agent.rotate("v2");
    database.change("v2");
  }

  private SQLException failure() {
    return catchThrowableOfType(SQLException.class, source::getConnection);
  }

  /** Opens connections by many threads at once. */
  private List<Future<Connection>> connections() throws InterruptedException {
    var threads = Executors.newFixedThreadPool(THREADS);
    try {
      return threads.invokeAll(
          Collections.<Callable<Connection>>nCopies(THREADS, source::getConnection));
    } finally {
      threads.shutdown();
    }
  }

  private static List<String> accounts(List<Future<Connection>> connections)
      throws ExecutionException, InterruptedException {
    var accounts = new ArrayList<String>();
    for (var connection : connections) {
      accounts.add(connection.get().toString());
    }
    return accounts;
  }

  /** It takes no URL. */
  public static final class InWebApplication extends FakeDatabase {
    @Override
    public boolean acceptsURL(String target) {
      return target.equals("jdbc:web:db");
    }
  }

  @Nested
  class A_login {
    @Test
    void has_account_and_password_of_one_version_and_all_properties() throws SQLException {
      var defaults = new Properties();
      defaults.setProperty("sslmode", "verify-full");
      source.setProperties(new Properties(defaults));

      assertThat(source.getConnection()).hasToString("account of v1");
      assertThat(database.logins.get(0))
          .containsEntry("user", "account of v1")
          .containsEntry("password", "password of v1")
          .containsEntry("sslmode", "verify-full")
          .hasSize(3);
    }

    @Test
    void has_the_fields_that_are_set() throws SQLException {
      source.setAccountField("user");
      database.refuseBy(() -> new SQLException("wrong", "08000"));

      assertThatThrownBy(source::getConnection).hasMessage("wrong");
      assertThat(agent.queries.get(0)).contains("fields=user%2CAccountPassword");
    }

    @Test
    void reads_the_secret_each_time() throws SQLException {
      source.getConnection();
      rotateBoth();
      agent.refresh();

      assertThat(source.getConnection()).hasToString("account of v2");
      assertThat(database.refused).hasValue(0);
    }

    @Test
    void goes_by_a_driver_of_the_web_application(@TempDir Path folder) throws Exception {
      var services = Files.createDirectories(folder.resolve("META-INF/services"));
      Files.writeString(services.resolve("java.sql.Driver"), InWebApplication.class.getName());
      var before = Thread.currentThread().getContextClassLoader();
      try (var libraries = new URLClassLoader(new URL[] {folder.toUri().toURL()}, before)) {
        Thread.currentThread().setContextClassLoader(libraries);
        source.setUrl("jdbc:web:db");

        assertThatThrownBy(source::getConnection).hasMessageContaining("InWebApplication");
      } finally {
        Thread.currentThread().setContextClassLoader(before);
      }
    }

    @Test
    void that_fails_otherwise_ends_with_what_the_database_says() throws SQLException {
      var down = new SQLException("down", "08001");
      database.beforeAnswer(
          () -> {
            throw down;
          });

      assertThatThrownBy(source::getConnection).isSameAs(down);
      assertThat(agent.queries).hasSize(1);
      database.beforeAnswer(() -> {});
      assertThat(source.getConnection()).hasToString("account of v1");
    }

    @Test
    void without_an_agent_fails_before_the_database_is_asked() throws IOException {
      agent.refuse();

      assertThatThrownBy(source::getConnection)
          .hasMessageContaining("app/db")
          .hasCauseInstanceOf(AgentException.class)
          .hasFieldOrPropertyWithValue("SQLState", "08001");
      assertThat(database.logins).isEmpty();
    }

    @Test
    void needs_a_driver_that_takes_the_url() {
      source.setUrl(database.url + "?wrong");

      assertThatThrownBy(source::getConnection).hasMessageContaining("FakeDatabase is no driver");
    }
  }

  @Nested
  class A_refused_login {
    static Stream<Supplier<SQLException>> refusals() {
      return Stream.of(
          () -> new SQLException("PostgreSQL", "28P01"),
          () -> new SQLException("PostgreSQL", "28000"),
          () -> new SQLException("MySQL", "28000", 1045),
          () -> new SQLException("MariaDB", null, 1045),
          () -> new SQLException("SQL Server", "S0001", 18456),
          () -> new SQLException("pool", "08001", new SQLException("wrong", "28P01")),
          () -> new SQLException("pool", new IllegalStateException(new SQLException("", "28000"))),
          () -> {
            var first = new SQLException("first host", "08001");
            first.setNextException(new SQLException("second host", "28P01"));
            return first;
          });
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void is_repeated_with_another_version(Supplier<SQLException> refusal) throws SQLException {
      database.refuseBy(refusal);
      rotateBoth();

      assertThat(source.getConnection()).hasToString("account of v2");
      assertThat(database.logins).hasSize(2);
      assertThat(agent.rejections()).isOne();
      assertThat(time.passed()).isZero();
    }

    @Test
    void may_be_followed_by_another_one_with_the_version_after() throws SQLException {
      agent.rotate("v2");
      agent.refresh();
      database.change("v3");
      time.at(Duration.ofMillis(100), () -> agent.rotate("v3"));

      assertThat(source.getConnection()).hasToString("account of v3");
    }

    @Test
    void is_the_only_one_of_many_threads() throws Exception {
      rotateBoth();

      assertThat(accounts(connections())).hasSize(THREADS).containsOnly("account of v2");
      assertThat(database.refused).hasValue(1);
      assertThat(agent.rejections()).isOne();
    }

    @Test
    void of_threads_that_logged_in_at_the_same_time_is_repeated_by_one() throws Exception {
      source.getConnection();
      rotateBoth();
      var all = new CyclicBarrier(THREADS, () -> database.beforeAnswer(() -> {}));
      database.beforeAnswer(
          () -> {
            try {
              all.await();
            } catch (Exception e) {
              throw new IllegalStateException(e);
            }
          });

      assertThat(accounts(connections())).hasSize(THREADS).containsOnly("account of v2");
      assertThat(database.refused).hasValue(THREADS);
      assertThat(agent.rejections()).isOne();
    }

    @Test
    void keeps_threads_waiting_no_longer_than_a_login_that_fails_otherwise() throws Exception {
      var down = new SQLException("down", "08001");
      database.beforeAnswer(
          () -> {
            throw down;
          });

      for (var connection : connections()) {
        assertThatThrownBy(connection::get).hasCause(down);
      }
      assertThat(database.refused).hasValue(0);
    }

    @Test
    void keeps_no_threads_waiting_after_an_error_of_the_driver() throws Exception {
      database.beforeAnswer(
          () -> {
            throw new NoClassDefFoundError("of the driver");
          });

      for (var connection : connections()) {
        assertThatThrownBy(connection::get).hasRootCauseMessage("of the driver");
      }
    }

    @Test
    void that_lasts_keeps_others_waiting_no_longer_than_their_time() throws Exception {
      var lasts = new CompletableFuture<Void>();
      var ends = new CompletableFuture<Void>();
      database.beforeAnswer(
          () -> {
            database.beforeAnswer(() -> {});
            lasts.complete(null);
            ends.join();
          });
      source.setRetrySeconds(1);
      var thread = Executors.newSingleThreadExecutor();
      var first = thread.submit(() -> source.getConnection());
      lasts.join();

      assertThat(source.getConnection()).hasToString("account of v1");
      ends.complete(null);
      assertThat(first.get()).hasToString("account of v1");
      thread.shutdown();
    }
  }

  /** Of a secret with one account. */
  @Nested
  class While_kms_and_database_differ {
    @Test
    void a_login_waits_for_the_database() throws SQLException {
      agent.rotate("v2");
      agent.refresh();
      time.at(Duration.ofMillis(2_500), () -> database.change("v2"));

      assertThat(source.getConnection()).hasToString("account of v2");
      assertThat(time.passed()).isBetween(Duration.ofMillis(2_500), Duration.ofSeconds(4));
      assertThat(database.refused).hasValue(2);
    }

    @Test
    void threads_wait_for_the_one_that_tries() throws Exception {
      database.change("v2");
      time.at(Duration.ofSeconds(9), () -> agent.rotate("v2"));

      assertThat(accounts(connections())).hasSize(THREADS).containsOnly("account of v2");
      assertThat(time.passed()).isBetween(Duration.ofSeconds(9), Duration.ofSeconds(10));
      assertThat(database.refused).as("at once, after 1, 3 and 7 seconds").hasValue(4);
    }

    @Test
    void threads_that_wait_in_vain_end_with_what_the_database_says() throws Exception {
      database.change("v2");

      for (var connection : connections()) {
        assertThatThrownBy(connection::get).cause().hasMessage("wrong");
      }
      assertThat(database.refused).hasValueLessThan(THREADS / 2);
    }

    @Test
    void versions_that_are_all_refused_are_tried_after_pauses() {
      database.change("other");
      database.beforeAnswer(() -> agent.rotate("v" + database.logins.size()));

      assertThatThrownBy(source::getConnection).hasMessage("wrong");
      assertThat(database.refused).hasValueBetween(100, 125);
    }

    @Test
    void kms_that_is_down_is_waited_for() throws SQLException {
      database.change("v2");
      agent.answerRejections(Answer.error(503, "Unavailable"));
      time.at(
          Duration.ofSeconds(5),
          () -> {
            agent.rotate("v2");
            agent.answerRejections(null);
          });

      assertThat(source.getConnection()).hasToString("account of v2");
    }

    @Test
    void a_login_ends_with_what_the_database_says_and_why_there_was_no_other_version() {
      var wrong = new SQLException("wrong", "28P01");
      database.refuseBy(() -> wrong);
      database.change("v2");

      assertThatThrownBy(source::getConnection).isSameAs(wrong);
      assertThat(wrong.getSuppressed())
          .singleElement()
          .isInstanceOf(AgentException.class)
          .asString()
          .contains("NoNewerVersion");
      assertThat(time.passed()).isBetween(Duration.ofSeconds(29), Duration.ofSeconds(30));
      assertThat(database.refused).as("at once, after 1, 3, 7 and 15 seconds").hasValue(5);
    }

    @Test
    void a_login_ends_at_its_timeout() throws SQLException {
      database.change("v2");
      source.setLoginTimeout(3);

      assertThatThrownBy(source::getConnection).hasMessage("wrong");
      assertThat(time.passed()).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(3));
    }

    @Test
    void a_login_ends_at_once_if_the_agent_refuses() {
      database.change("v2");
      agent.answerRejections(Answer.error(400, "InvalidParameter"));

      assertThat(failure().getSuppressed()[0]).hasMessageContaining("InvalidParameter");
      assertThat(time.passed()).isZero();
    }

    @Test
    void an_interrupted_thread_ends_with_its_flag() {
      database.change("v2");
      Thread.currentThread().interrupt();

      assertThatThrownBy(source::getConnection)
          .hasMessageContaining("No login was tried")
          .hasFieldOrPropertyWithValue("SQLState", "08001")
          .hasSuppressedException(new InterruptedException());
      assertThat(Thread.interrupted()).isTrue();
      assertThat(database.logins).isEmpty();
    }

    @Test
    void an_interrupted_pause_ends_with_the_flag() {
      database.change("v2");
      time.at(Duration.ofMillis(500), Thread.currentThread()::interrupt);

      assertThatThrownBy(source::getConnection).hasMessage("wrong");
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Nested
  class After_waiting_in_vain {
    @BeforeEach
    void wait_in_vain() {
      database.change("v2");
      failure();
      database.logins.clear();
    }

    @Test
    void a_login_fails_at_once_in_the_same_way() {
      var before = time.passed();

      assertThatThrownBy(source::getConnection)
          .hasMessage("wrong")
          .hasCauseInstanceOf(SQLException.class)
          .hasFieldOrPropertyWithValue("SQLState", "28P01");
      assertThat(time.passed()).isEqualTo(before);
      assertThat(database.logins).isEmpty();
    }

    @Test
    void the_version_is_tried_again_after_growing_pauses_up_to_a_minute() {
      for (var seconds = 0; seconds < 3600; seconds += 5) {
        time.pass(Duration.ofSeconds(5));
        failure();
      }

      assertThat(database.logins).hasSizeBetween(55, 65);
    }

    @Test
    void a_new_version_of_kms_is_used_at_once() throws SQLException {
      agent.rotate("v2");

      assertThat(source.getConnection()).hasToString("account of v2");
    }

    @Test
    void a_database_that_takes_the_version_again_is_found() throws SQLException {
      database.change("v1");
      time.pass(Duration.ofSeconds(16));

      assertThat(source.getConnection()).hasToString("account of v1");
      assertThat(source.getConnection()).hasToString("account of v1");
    }

    @Test
    void the_next_refused_version_is_waited_for() throws SQLException {
      agent.rotate("v2");
      source.getConnection();
      database.change("v3");
      var start = time.passed();
      time.at(start.plusSeconds(9), () -> agent.rotate("v3"));

      assertThat(source.getConnection()).hasToString("account of v3");
    }
  }

  @Nested
  class As_a_data_source {
    @Test
    void it_is_a_wrapper_of_itself_alone() throws SQLException {
      assertThat(source.unwrap(DataSource.class)).isSameAs(source);
      assertThat(source.isWrapperFor(SecretDataSource.class)).isTrue();
      assertThat(source.isWrapperFor(String.class)).isFalse();
      assertThatThrownBy(() -> source.unwrap(String.class)).isInstanceOf(SQLException.class);
    }

    @Test
    void it_takes_no_account_and_password() {
      assertThatThrownBy(() -> source.getConnection("account", "hidden"))
          .isInstanceOf(SQLFeatureNotSupportedException.class)
          .hasMessageNotContaining("hidden");
    }

    @ParameterizedTest
    @ValueSource(strings = {"user", "password"})
    void it_takes_no_property_that_is_one(String name) {
      var properties = new Properties();
      properties.setProperty(name, "hidden");

      assertThatIllegalArgumentException()
          .isThrownBy(() -> source.setProperties(properties))
          .withMessageContaining(name)
          .withMessageNotContaining("hidden");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "jdbc:postgresql://db/app?ssl=true&password=hidden",
          "jdbc:postgresql://db/app?user=hidden",
          "jdbc:sqlserver://db;userName=hidden",
          "jdbc:mysql://app:hidden@db/app",
          "jdbc:mysql://(host=db,password=hidden)/app"
        })
    void it_takes_no_url_with_one(String url) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> source.setUrl(url))
          .withMessageNotContaining("hidden");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "jdbc:postgresql://db/app?options=a@b&currentUser=x",
          "jdbc:sqlserver://db;applicationName=a@b",
          "jdbc:oracle:thin:@//db/app"
        })
    void it_takes_other_urls(String url) {
      assertThatCode(() -> source.setUrl(url)).doesNotThrowAnyException();
    }

    @Test
    void it_says_what_is_not_set() {
      var empty = new SecretDataSource();
      empty.setClient(agent.client());

      assertThatThrownBy(empty::getConnection).hasMessageContaining("name of the secret");
      empty.setSecretName("app/db");
      assertThatThrownBy(empty::getConnection).hasMessageContaining("URL");
    }
  }
}
