package dev.kmsagent.adapters.http;

/** What a path of the main listener leads to. */
sealed interface Route {
  record ToPage(Page page) implements Route {}

  /** To the secret that the query names. */
  record ToNamedSecret() implements Route {}

  /** To the secret whose name the rest of the path is, as it was sent. */
  record ToPathSecret(String rawId) implements Route {}

  record Nowhere() implements Route {}

  /** The built-in paths come before {@code pathPrefix}, whatever that is. */
  static Route of(String path, String pathPrefix) {
    if (path.equals("/secretsmanager/get")) {
      return new ToNamedSecret();
    }
    return Page.at(path).<Route>map(ToPage::new).orElseGet(() -> ofRest(path, pathPrefix));
  }

  private static Route ofRest(String path, String pathPrefix) {
    return path.startsWith(pathPrefix)
        ? new ToPathSecret(path.substring(pathPrefix.length()))
        : new Nowhere();
  }
}
