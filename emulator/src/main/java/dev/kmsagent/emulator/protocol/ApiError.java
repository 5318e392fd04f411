package dev.kmsagent.emulator.protocol;

/** An error as the cloud reports it: HTTP status, error code, message. */
public record ApiError(int status, String code, String message) {
  /** A request or a change is refused with an error of the cloud. */
  public static final class ApiException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final transient ApiError error;

    private ApiException(ApiError error) {
      super(error.code() + ": " + error.message());
      this.error = error;
    }

    /** The error that a client gets. */
    public ApiError error() {
      return error;
    }
  }

  /** Refuses with this error. */
  public ApiException exception() {
    return new ApiException(this);
  }

  /**
   * Refuses with this error unless a condition holds.
   *
   * @throws ApiException where it does not hold
   */
  public void unless(boolean holds) {
    if (!holds) {
      throw exception();
    }
  }
}
