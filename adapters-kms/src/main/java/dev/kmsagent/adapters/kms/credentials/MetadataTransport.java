package dev.kmsagent.adapters.kms.credentials;

import com.aliyun.credentials.http.CompatibleUrlConnClient;
import com.aliyun.credentials.http.HttpRequest;
import com.aliyun.credentials.http.HttpResponse;
import dev.kmsagent.domain.Principal;
import java.util.regex.Pattern;

/**
 * credentials-java's own transport, which remembers what was asked for last and the status of the
 * answer: the library tells a failure in a text alone, with the answer in it, and of a key not
 * which role it is of. For one thread.
 */
final class MetadataTransport extends CompatibleUrlConnClient {
  /** What the library says of having had no answer, too. */
  static final int NO_ANSWER = 0;

  /** The address of a role's key. */
  private static final Pattern KEY_OF_ROLE =
      Pattern.compile("http://[^/]+/latest/meta-data/ram/security-credentials/([\\w.-]+)");

  private String lastAddress = "";
  private int lastStatus = NO_ANSWER;

  int lastStatus() {
    return lastStatus;
  }

  /** The role whose key was asked for last, by its name. */
  KeyOwner owner() {
    var keyOfRole = KEY_OF_ROLE.matcher(lastAddress);
    return keyOfRole.matches()
        ? new KeyOwner.Named(new Principal(keyOfRole.group(1)))
        : new KeyOwner.Unnamed();
  }

  @Override
  public HttpResponse syncInvoke(HttpRequest request) {
    lastAddress = request.getSysUrl();
    lastStatus = NO_ANSWER;
    var response = super.syncInvoke(request);
    lastStatus = response.getResponseCode();
    return response;
  }
}
