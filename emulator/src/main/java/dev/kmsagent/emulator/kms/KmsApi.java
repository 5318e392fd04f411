package dev.kmsagent.emulator.kms;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.gateway.Api;
import dev.kmsagent.emulator.gateway.RpcRequest;
import dev.kmsagent.emulator.http.HttpRequest;
import dev.kmsagent.emulator.identity.Identities;
import dev.kmsagent.emulator.protocol.Account;
import dev.kmsagent.emulator.protocol.ApiError;
import dev.kmsagent.emulator.protocol.ApiErrors;
import dev.kmsagent.emulator.protocol.Authentication;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import dev.kmsagent.emulator.protocol.SignatureVerifier;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The API of KMS: every request is signed, and a role reads the secrets that it may read. */
public final class KmsApi implements Api {
  private static final String NAME = "SecretName";

  private final SignatureVerifier verifier;
  private final Identities identities;
  private final Map<String, Action> actions;

  /** Serves the secrets of this store to the identities of an account. */
  public KmsApi(Identities identities, SecretStore store) {
    this.verifier = identities.verifier();
    this.identities = identities;
    this.actions = actions(store, identities.account());
  }

  /** An action, and the parameters that it needs. */
  private record Action(Function<Parameters, Result<JsonObject>> operation, List<String> required) {
    private Action(Function<Parameters, Result<JsonObject>> operation, String... required) {
      this(operation, List.of(required));
    }
  }

  private static Map<String, Action> actions(SecretStore store, Account account) {
    var reads = new ReadActions(store, account);
    var writes = new WriteActions(store, account);
    return Map.of(
        "GetSecretValue", new Action(reads::getSecretValue, NAME),
        "DescribeSecret", new Action(reads::describeSecret, NAME),
        "ListSecrets", new Action(reads::listSecrets),
        "ListSecretVersionIds", new Action(reads::listSecretVersionIds, NAME),
        "CreateSecret", new Action(writes::createSecret, NAME, "VersionId", "SecretData"),
        "PutSecretValue", new Action(writes::putSecretValue, NAME, "VersionId", "SecretData"),
        "UpdateSecretVersionStage",
            new Action(writes::updateSecretVersionStage, NAME, "VersionStage"),
        "DeleteSecret", new Action(writes::deleteSecret, NAME),
        "RestoreSecret", new Action(writes::restoreSecret, NAME));
  }

  @Override
  public String version() {
    return "2016-01-20";
  }

  @Override
  public Authentication authenticate(HttpRequest request, RpcRequest call) {
    return verifier.verify(request, call.parameters());
  }

  @Override
  public Result<JsonObject> run(RpcRequest call, String accessKeyId) {
    String name = call.parameters().secretName();
    boolean reads = call.action().equals("GetSecretValue") && !name.isEmpty();
    return reads && !identities.mayRead(accessKeyId, name)
        ? Result.refused(KmsErrors.NOT_PERMITTED)
        : run(call.action(), call.parameters());
  }

  private Result<JsonObject> run(String name, Parameters parameters) {
    Action action = actions.get(name);
    if (action == null) {
      return Result.refused(ApiErrors.UNKNOWN_ACTION);
    }
    Optional<String> missing = parameters.firstMissing(action.required());
    return missing.isPresent()
        ? Result.refused(KmsErrors.missing(missing.get()))
        : action.operation().apply(parameters);
  }

  @Override
  public JsonObject errorFields(ApiError error) {
    var json = new JsonObject();
    json.addProperty("HttpStatus", error.status());
    return json;
  }
}
