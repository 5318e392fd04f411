package dev.kmsagent.adapters.cache.shared;

import org.junit.jupiter.api.Nested;

/** The fakes of these tests are entry stores too. */
class FakeEntryStoreTest {
  @Nested
  class By_itself implements EntryStoreContract {
    private final FakeEntryStore store = new FakeEntryStore();

    @Override
    public EntryStore store() {
      return store;
    }
  }
}
