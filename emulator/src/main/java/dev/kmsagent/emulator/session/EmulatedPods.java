package dev.kmsagent.emulator.session;

import dev.kmsagent.emulator.identity.Role;
import dev.kmsagent.emulator.identity.TrustPolicy;
import dev.kmsagent.emulator.seed.Seeds;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Three service accounts of an emulated cluster, two of which have a role, for the agent of a node.
 */
public record EmulatedPods(EmulatedCloud cloud) {
  private static final String NAMESPACE = "shop";
  private static final String ROLE_OF = "kms." + NAMESPACE + ".";

  /** The roles, each for the service account of its name. */
  public static final Seeds ROLES =
      new Seeds(
          List.of(), List.of(), Stream.of("orders", "billing").map(EmulatedPods::role).toList());

  private static Role role(String account) {
    var subject = "system:serviceaccount:" + NAMESPACE + ":" + account;
    return Role.named(ROLE_OF + account).trusting(TrustPolicy.everybody().subjects(subject));
  }

  /** Writes a token of the service account, and returns the file. */
  public Path token(String account) throws IOException {
    var file = cloud.folder().resolve("token-of-" + account);
    var token = cloud.emulator().oidc().tokenFor(NAMESPACE, account);
    token.livingFor(EmulatedCloud.LIFE_OF_TOKEN).writeTo(file);
    return file;
  }

  /** The configuration of the agent's credentials. */
  public String configuration() {
    return """
    CredentialType = "PodIdentity"
    RoleArn = "%s{namespace}.{serviceAccount}"
    OidcProviderArn = "%s"
    PodIdentity.Issuer = "%s"
    StsEndpoint = "%s"
    CaFile = "%s"
    """
        .formatted(
            cloud.emulator().roles().arn("kms."),
            cloud.emulator().oidc().arn(),
            cloud.emulator().oidc().issuer(),
            cloud.emulator().sts().endpoint(),
            cloud.caFile());
  }

  /**
   * What a person can try as the other service accounts.
   *
   * @param billing the token of one that has a role, as a word of a shell
   * @param guest that of one that has none
   */
  public String tour(String billing, String guest) {
    return """
    The agent has no role of its own. The lines above are those of a pod of shop/orders, whose role is kms.shop.orders.
    Read as shop/billing, with the role kms.shop.billing, which has a cache of its own:
      printf 'X-KMS-Token: %%s\\n' %s | curl -v -H @- '{read}'
    Read as shop/guest with the role of shop/orders: STS refuses it, since the trust policy of the role does not name shop/guest:
      printf 'X-KMS-Token: %%s\\n' %s | curl -v -H @- -H 'X-KMS-Role: kms.shop.orders' '{read}'
    See what STS was asked:
      curl 'http://%s/_emulator/calls?service=sts'

    """
        .formatted(billing, guest, cloud.endpoint());
  }
}
