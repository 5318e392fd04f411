package dev.kmsagent.clients;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import dev.kmsagent.testkit.SystemCommand;
import io.github.jopenlibs.vault.Vault;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The snippets of the page run as they stand there. One after the other: Go compiles its libraries
 * once.
 */
@Execution(ExecutionMode.SAME_THREAD)
final class SnippetsIT {
  @TempDir private Path folder;

  private static String run(String... command) {
    return Program.run(List.of(command), Map.of());
  }

  private String written(Snippet snippet, String name, String dialect) throws Exception {
    return snippet.writeTo(folder, name, StartedAgent.shared(dialect).port()).toString();
  }

  @Test
  void the_java_program_gets_the_password() throws Exception {
    var program =
        written(Snippet.ofPage("Java with vault-java-driver", "java"), "Snippet.java", "vault");
    var java = SystemCommand.jdk("java").toString();
    var driver = Path.of(Vault.class.getProtectionDomain().getCodeSource().getLocation().toURI());

    assertThat(run(java, "-cp", driver.toString(), program)).isEqualTo("second\n");
  }

  @Test
  void the_python_program_gets_the_password() throws Exception {
    var python = Program.pythonWithHvac();
    var program = written(Snippet.ofPage("Python with hvac", "python"), "snippet.py", "vault");

    assertThat(run(python, program)).isEqualTo("second\n");
  }

  @Test
  void the_node_program_gets_the_password() throws Exception {
    var node = Program.nodeWithVault();
    var program = written(Snippet.ofPage("Node with node-vault", "js"), "snippet.js", "vault");

    assertThat(run(node, program)).isEqualTo("second\n");
  }

  @Test
  void the_entry_point_gives_the_token_to_the_command() throws Exception {
    var snippet = Snippet.ofPage("Address and token", "sh");
    var program = written(snippet, "with-token.sh", "vault");

    assertThat(run(Program.onPath("sh"), program, "printenv", "VAULT_TOKEN"))
        .isEqualTo(StartedAgent.TOKEN + "\n");
  }

  @Test
  void the_entry_point_gives_the_password_to_the_command() throws Exception {
    var _ = Program.onPath("curl");
    var program = written(Snippet.ofPage("In a container", "sh"), "with.sh", "kms");

    assertThat(run(Program.onPath("sh"), program, "printenv", "DB_PASSWORD")).isEqualTo("second\n");
  }

  @Test
  void the_go_program_of_the_vendors_guide_gets_the_answer() throws Exception {
    var go = Program.onPath("go");
    var program = written(Snippet.ofFile("guide.go"), "guide.go", "kms");

    assertThat(run(go, "run", program))
        .startsWith("status code 200 - {")
        .contains("\"SecretData\":\"the guide's secret\"");
  }

  @Test
  void the_command_for_aws_gets_the_current_version() throws Exception {
    var _ = Program.onPath("curl");
    var snippet = Snippet.ofPage("Clients of AWS's agent", "sh");
    var answer = run(Program.onPath("sh"), written(snippet, "snippet.sh", "aws"));

    assertThat(JsonParser.parseString(answer).getAsJsonObject().keySet())
        .containsExactly("Name", "VersionId", "SecretString", "VersionStages", "CreatedDate");
    assertThat(answer).contains("second", "AWSCURRENT");
  }

  @Test
  void a_python_program_for_aws_gets_the_previous_version() throws Exception {
    var python = Program.pythonWithHvac();
    var program = written(Snippet.ofFile("aws_client.py"), "aws_client.py", "aws");

    assertThat(run(python, program)).contains("first", "AWSPREVIOUS");
  }
}
