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

  @Nested
  class On_an_executor implements EntryStoreContract {
    private final EntryStore store = new QueuedEntryStore(new FakeEntryStore(), Runnable::run);

    @Override
    public EntryStore store() {
      return store;
    }
  }
}
