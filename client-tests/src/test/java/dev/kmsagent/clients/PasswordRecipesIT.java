package dev.kmsagent.clients;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The pools of other languages log in to a database while its passwords change. Each program goes
 * on with new connections, prints who is logged in to each, and ends if one fails.
 */
@Tag("thorough")
@Execution(ExecutionMode.SAME_THREAD)
final class PasswordRecipesIT {
  /** The modules that {@code build/clients} has downloaded. */
  private static final Path GO_MODULES = Path.of("target", "go").toAbsolutePath();

  private static final String IN_PYTHON =
      """

      while True:
          with engine.connect() as connection:
              print(connection.exec_driver_sql("SELECT current_user").scalar(), flush=True)
          engine.dispose()
          time.sleep(0.02)
      """;

  private static final String IN_JAVASCRIPT =
      """

      (async () => {
        for (;;) {
          const client = await pool.connect();
          console.log((await client.query('SELECT current_user')).rows[0].current_user);
          client.release(true);
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      })();
      """;

  private static final String IN_GO =
      """
      package main

      import (
      	"database/sql"
      	"fmt"
      	"time"

      	"github.com/jackc/pgx/v5"
      )

      func main() {
      	config, err := pgx.ParseConfig("postgres://127.0.0.1/app")
      	if err != nil {
      		panic(err)
      	}
      	db := sql.OpenDB(&connector{config: config})
      	db.SetMaxIdleConns(-1)
      	for {
      		var user string
      		if err := db.QueryRow("SELECT current_user").Scan(&user); err != nil {
      			panic(err)
      		}
      		fmt.Println(user)
      		time.Sleep(20 * time.Millisecond)
      	}
      }
      """;

  @TempDir private Path folder;

  /** A program of the page, for a database. */
  enum Recipe {
    GO("postgresql.go"),
    PYTHON("postgresql.py"),
    PYTHON_WITH_MARIADB("postgresql.py"),
    NODE("postgresql.js");

    private final String file;

    Recipe(String file) {
      this.file = file;
    }

    private TestDatabase.Kind database() {
      return this == PYTHON_WITH_MARIADB ? TestDatabase.Kind.MARIADB : TestDatabase.Kind.POSTGRESQL;
    }

    /** What uses it for new connections follows, or is a file of its own. */
    private Snippet program(int port) {
      var program = Snippet.ofFile("passwords/" + file);
      return switch (this) {
        case GO -> program;
        case PYTHON -> new Snippet(program.text() + IN_PYTHON);
        case PYTHON_WITH_MARIADB ->
            PYTHON
                .program(port)
                .with("postgresql+psycopg2://127.0.0.1", "mysql+pymysql://127.0.0.1:" + port);
        case NODE -> new Snippet(program.text() + IN_JAVASCRIPT);
      };
    }

    private SystemCommand command(Path program) throws IOException {
      return switch (this) {
        case GO -> SystemCommand.of(built(program));
        case PYTHON -> SystemCommand.of(Program.pythonWith("psycopg2"), program);
        case PYTHON_WITH_MARIADB -> SystemCommand.of(Program.pythonWith("pymysql"), program);
        case NODE ->
            SystemCommand.of(Program.onPath("node"), program)
                .with("NODE_PATH", Program.nodeModules("pg").toString());
      };
    }

    private static Path built(Path program) throws IOException {
      assumeTrue(
          Files.isDirectory(GO_MODULES.resolve("cache")), "there is no pgx, see build/clients");
      var folder = requireNonNull(program.getParent());
      Files.writeString(folder.resolve("main.go"), IN_GO);
      for (var name : new String[] {"go.mod", "go.sum"}) {
        Files.copy(Path.of("src/test/go", name), folder.resolve(name));
      }
      var _ =
          SystemCommand.of(Program.onPath("go"), "build", "-o", "recipe", ".")
              .in(folder)
              .with("GOMODCACHE", GO_MODULES.toString())
              .with("GOPROXY", "off")
              .run()
              .outputOfSuccess();
      return folder.resolve("recipe");
    }
  }

  private static String account(String name, String password) {
    return "{\"AccountName\":\"%s\",\"AccountPassword\":\"%s\"}".formatted(name, password);
  }

  private Running start(Recipe recipe, TestDatabase database, StartedAgent agent)
      throws IOException {
    var file = recipe.program(database.port()).writeTo(folder, recipe.file, agent.port());
    var command = recipe.command(file).with("PGPORT", String.valueOf(database.port()));
    var output = folder.resolve("output");
    return new Running(command.launchInto(output, folder.resolve("errors")), output);
  }

  private void awaitConnection(Running program, String account) {
    var before = program.lines().size();
    Patience.assertSoon(
        () -> {
          assertThat(program.process().isAlive())
              .as(() -> Snippet.read(folder.resolve("errors")))
              .isTrue();
          return program.lines().stream().skip(before).anyMatch(it -> it.startsWith(account));
        });
  }

  private static void awaitRefusal(TestDatabase database, Runnable change) {
    var before = database.refused("app");
    change.run();
    Patience.assertSoon(() -> database.refused("app") > before);
  }

  @ParameterizedTest
  @EnumSource
  void a_program_connects_after_each_change_of_a_password(Recipe recipe) throws IOException {
    try (var agent = StartedAgent.start("kms", "");
        var database = recipe.database().start()) {
      database.create("app", "first");
      database.create("app_clone", "other");
      var secrets = agent.secrets().create("app/db", account("app", "first"));
      try (var program = start(recipe, database, agent)) {
        awaitConnection(program, "app");

        awaitRefusal(database, () -> database.change("app", "second"));
        secrets.put("app/db", "v2", account("app", "second"));
        awaitConnection(program, "app");

        secrets.put("app/db", "v3", account("app", "third"));
        awaitRefusal(database, () -> agent.refresh("app/db"));
        database.change("app", "third");
        awaitConnection(program, "app");

        secrets.put("app/db", "v4", account("app_clone", "other"));
        database.change("app", "unknown");
        awaitConnection(program, "app_clone");
      }
    }
  }
}
