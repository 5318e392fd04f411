import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

final class Client {
BELOW

  public static void main(String[] args) throws Exception {
    HttpClient client = HttpClient.newBuilder()ADDED.build();
    String url = System.getenv("KMS_URL") + "/secretsmanager/get?secretId=app&field=password";
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url)).header("X-KMS-Token", System.getenv("TOKEN")).build();
    System.out.println(client.send(request, BodyHandlers.ofString()).body());
  }
}
