package dev.kmsagent.emulator.kms;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A type of secrets that KMS rotates; its value is a flat JSON object. */
public enum ManagedType {
  /** One or two accounts of RDS. */
  RDS("Rds", "AccountName", "AccountPassword"),
  /** Two accounts of PolarDB. */
  POLAR_DB("PolarDB", "AccountName", "AccountPassword"),
  /** Two accounts of Redis or Tair. */
  REDIS("Redis", "AccountName", "AccountPassword"),
  /** The AccessKey of a RAM user; the account is its id. */
  RAM("RAMCredentials", "AccessKeyId", "AccessKeySecret"),
  /** The password of a user of an ECS instance. */
  ECS("ECS", "UserName", "Password");

  private final String apiName;
  private final String accountField;
  private final String passwordField;

  ManagedType(String apiName, String account, String password) {
    this.apiName = apiName;
    this.accountField = account;
    this.passwordField = password;
  }

  /** The type of this name in the API, if any. */
  public static Optional<ManagedType> of(String apiName) {
    return Stream.of(values()).filter(type -> type.apiName.equals(apiName)).findFirst();
  }

  /** The name in the API. */
  public String apiName() {
    return apiName;
  }

  /** How many accounts a secret can have. */
  public List<Integer> numbersOfAccounts() {
    return switch (this) {
      case RDS -> List.of(1, 2);
      case POLAR_DB, REDIS -> List.of(2);
      case RAM, ECS -> List.of(1);
    };
  }

  StoredValue value(String account, String password) {
    var json = new JsonObject();
    json.addProperty(accountField, account);
    json.addProperty(passwordField, password);
    return StoredValue.text(json.toString());
  }

  String account(StoredValue value) {
    return field(value, accountField);
  }

  String password(StoredValue value) {
    return field(value, passwordField);
  }

  private static String field(StoredValue value, String name) {
    return JsonParser.parseString(value.data()).getAsJsonObject().get(name).getAsString();
  }
}
