package dev.kmsagent.emulator.kms;

import static java.util.Map.entry;

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
import java.util.Set;
import java.util.function.Function;

/** The API of KMS: every request is signed, and a role reads the secrets that it may read. */
public final class KmsApi implements Api {
  private static final String GET_VALUE = "GetSecretValue";
  private static final String NAME = "SecretName";
  private static final String VERSION = "VersionId";

  private final SignatureVerifier verifier;
  private final Identities identities;
  private final Map<String, Action> actions;

  /**
   * Serves the secrets of this store, with these encryption keys, to the identities of an account.
   */
  public KmsApi(Identities identities, SecretStore store, Set<String> keys) {
    this.verifier = identities.verifier();
    this.identities = identities;
    this.actions = actions(store, identities.account(), keys);
  }

  /** An action, and the parameters that it needs. */
  private record Action(Function<Parameters, Result<JsonObject>> operation, List<String> required) {
    private Action(Function<Parameters, Result<JsonObject>> operation, String... required) {
      this(operation, List.of(required));
    }
  }

  private static Map<String, Action> actions(SecretStore store, Account account, Set<String> keys) {
    var reads = new ReadActions(store, account);
    var writes = new WriteActions(store, account, keys);
    var metadata = new MetadataActions(store);
    return Map.ofEntries(
        entry(GET_VALUE, new Action(reads::getSecretValue, NAME)),
        entry("DescribeSecret", new Action(reads::describeSecret, NAME)),
        entry("ListSecrets", new Action(reads::listSecrets)),
        entry("ListSecretVersionIds", new Action(reads::listSecretVersionIds, NAME)),
        entry("CreateSecret", new Action(writes::createSecret, NAME, VERSION, "SecretData")),
        entry("PutSecretValue", new Action(writes::putSecretValue, NAME, VERSION, "SecretData")),
        entry(
            "UpdateSecretVersionStage",
            new Action(writes::updateSecretVersionStage, NAME, "VersionStage")),
        entry("DeleteSecret", new Action(writes::deleteSecret, NAME)),
        entry("RestoreSecret", new Action(writes::restoreSecret, NAME)),
        entry("RotateSecret", new Action(writes::rotateSecret, NAME, VERSION)),
        entry("UpdateSecret", new Action(metadata::updateSecret, NAME)),
        entry("TagResource", new Action(metadata::tagResource, "Tags")),
        entry("UntagResource", new Action(metadata::untagResource, "TagKeys")),
        entry("GetRandomPassword", new Action(new RandomPassword()::generate)));
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
    return call.action().equals(GET_VALUE)
        ? DryRun.hide(getSecretValue(call.parameters(), accessKeyId), call.parameters())
        : run(call.action(), call.parameters());
  }

  private Result<JsonObject> getSecretValue(Parameters parameters, String accessKeyId) {
    String name = parameters.secretName();
    return name.isEmpty() || identities.mayRead(accessKeyId, name)
        ? run(GET_VALUE, parameters)
        : Result.refused(KmsErrors.NOT_PERMITTED);
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
