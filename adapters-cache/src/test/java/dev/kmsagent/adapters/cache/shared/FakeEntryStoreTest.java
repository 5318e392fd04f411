package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.shared.SeverableEntryStore.Knife;
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
  class That_can_be_cut_off implements EntryStoreContract {
    private final EntryStore store = new SeverableEntryStore(new FakeEntryStore(), new Knife());

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
