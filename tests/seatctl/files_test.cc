// SPDX-License-Identifier: MIT
//
// The verbs of seatctl on a store of files, in this process.

#include <memory>
#include <string>

#include "seatctl/json_lines.h"
#include "seatctl/office.h"
#include "seatfield/mapped_storage.h"
#include "support/catch.h"
#include "support/folder.h"
#include "support/program.h"

namespace seatfield::test {
namespace {

// A store in a folder, small enough to be made in no time.
class FileOffice {
 public:
  FileOffice() {
    options_.segment_bytes = 64 << 10;
    options_.clock_skew_max = kForever;
  }

  Result Run(const std::string& line, const std::string& input = "") {
    return office_.Run(line + " --store " + Uri(), input);
  }
  std::string Do(const std::string& line, const std::string& input = "") {
    return office_.Do(line + " --store " + Uri(), input);
  }
  void Create() { Do("create 1 --venue -", std::string(kVenue)); }
  void Reserve(const std::string& seats) {
    Do("reserve 1 Floor-1 " + seats + " --price 45 --buyer 7 --booking " +
       kOne);
  }

  std::string Uri(const std::string& name = "store") const {
    return "file:" + Path(name) + "?segment_bytes=65536";
  }
  std::string Path(const std::string& name = "store") const {
    return folder_.File(name);
  }
  Office& office() { return office_; }

  // The store, open for writing in this process.
  std::unique_ptr<MappedStorage> Open() {
    auto storage = MappedStorage::Open(Path(), options_);
    REQUIRE(storage.ok());
    return *std::move(storage);
  }

 private:
  const Folder folder_;
  MappedOptions options_;
  Office office_;
};

}  // namespace

TEST_CASE("The log tells each change, from where one asks", "[seatctl]") {
  FileOffice store;
  store.Create();
  const auto writer = store.Open();
  Inventory inventory(store.office().Borrow("unused"), store.office().clock);
  Outcome outcome;
  for (const std::uint32_t number : {1U, 2U}) {
    Transaction transaction(kEvent);
    transaction.Reserve({.booking = BookingId(0, 1),
                         .buyer = kBuyer,
                         .section = "Floor-1",
                         .seats = {{1, number}},
                         .price = Price(4500)});
    if (number == 2) transaction.SetId(TransactionId(0, 9));
    REQUIRE(writer->Commit(transaction, kStart, {}, outcome).ok());
    REQUIRE(outcome.committed());
  }
  CHECK(store.Do("log --since 1") ==
        "2  2023-11-14T22:13:20.000000Z  event 1  committed  Floor-1 v1\n"
        "    Floor-1 1-1  available -> reserved  45.00  " +
            std::string(kOne) +
            "\n"
            "3  2023-11-14T22:13:20.000000Z  event 1  committed  Floor-1 v2  "
            "txn 00000000-0000-0000-0000-000000000009\n"
            "    Floor-1 1-2  available -> reserved  45.00  " +
            std::string(kOne) + "\n");
  CHECK(Contains(store.Do("log"), "3  2023-11-14"));
  const auto lines = JsonLines(store.Do("log --since 2 --json"));
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].at("sequence") == 3);
  CHECK(lines[0].at("cause") == "committed");
  CHECK(lines[0].at("transaction") == "00000000-0000-0000-0000-000000000009");
  CHECK(lines[0].at("sections").at(0).at("version") == 2);
  CHECK(lines[0].at("seats").at(0).at("seat") == "1-2");
  CHECK(store.Do("log --since 3").empty());
}

TEST_CASE("What the journal has dropped is refused", "[seatctl]") {
  FileOffice store;
  store.Create();
  for (const char* const seat : {"1-1", "1-2", "1-3"}) store.Reserve(seat);
  CheckFails(store.Run("log --since 0"), 1, "the journal begins with");
  CHECK(Contains(store.Do("log"), "Floor-1 1-3"));
}

TEST_CASE("Verbs that look work beside a process that writes", "[seatctl]") {
  FileOffice store;
  store.Create();
  store.Reserve("1-1..1-4");
  const std::string alone = store.Do("export 1");
  const auto writer = store.Open();
  CHECK(store.Do("export 1") == alone);
  for (const std::string line :
       {"stats 1", "show 1", "row 1 Floor-1 1", "holds 1", "events",
        "bytes 1 Floor-1 --hex", "log", "info", "verify"}) {
    INFO(line);
    store.Do(line);
  }
  CHECK(Json(store.Do("info --json")).at("found") == "attached");
  CHECK(Json(store.Do("info --json")).at("sequence") == 2);
  store.Do("backup " + store.Path("copy"));
  CHECK(store.office().Do("export 1 --store " + store.Uri("copy")) == alone);
  CheckFails(store.Run(std::string("finalize 1 ") + kOne), 3,
             "is open for writing already, in process ");
}

TEST_CASE("What is whole is told by verify, and damage by its file",
          "[seatctl]") {
  FileOffice store;
  store.Create();
  store.Reserve("1-1");
  CHECK(Contains(store.Do("verify"), "event 1: ok  digest "));
  CHECK(Contains(store.Do("verify"), "files: ok\n"));
  const auto lines = JsonLines(store.Do("verify --json"));
  REQUIRE(lines.size() == 2);
  CHECK(lines[1].at("files") == true);
  CHECK(lines[1].at("ok") == true);

  for (const auto& entry : std::filesystem::directory_iterator(store.Path())) {
    if (entry.path().filename().string().starts_with("snap-")) {
      std::filesystem::resize_file(entry.path(), 100);
    }
  }
  CheckFails(store.Run("verify"), 3, "snap-");
  CheckFails(store.Run("stats 1"), 3, "snap-");
}

TEST_CASE("Info tells of the files", "[seatctl]") {
  FileOffice store;
  store.Create();
  store.Reserve("1-1");
  CHECK(Contains(store.Do("info"), "directory " + store.Path() + "\n"));
  CHECK(Contains(store.Do("info"), "changes   2, durable to 2"));
  const auto info = Json(store.Do("info --json"));
  CHECK(info.at("sequence") == 2);
  CHECK(info.at("writer") == 0);
  CHECK(info.at("damaged") == "");
}

TEST_CASE("A backup is a store with the same event", "[seatctl]") {
  FileOffice store;
  store.Create();
  store.Reserve("1-1..1-4");
  CHECK(store.Do("backup " + store.Path("copy")) ==
        "backed up to " + store.Path("copy") + "\n");
  CHECK(store.office().Do("export 1 --store " + store.Uri("copy")) ==
        store.Do("export 1"));
  CheckFails(store.Run("backup " + store.Path("copy")), 3, "has a store");
  CHECK(Json(store.Do("backup --json " + store.Path("third")))
            .at("directory")
            .as_string() == store.Path("third"));
}

TEST_CASE("What is whole is salvaged from a damaged store", "[seatctl]") {
  FileOffice store;
  store.Create();
  store.Reserve("1-1..1-4");
  const std::string lines = store.Do("export 1");
  CHECK(store.Do("salvage " + store.Path("saved")) ==
        "saved up to change 2 in " + store.Path("saved") + "\n");
  CHECK(store.office().Do("export 1 --store " + store.Uri("saved")) == lines);
  const auto report = Json(store.Do("salvage --json " + store.Path("again")));
  CHECK(report.at("sequence") == 2);
  CHECK(report.at("stopped_at") == "");
  CheckFails(store.Run("salvage " + store.Path("again")), 3, "has a store");
}

TEST_CASE("A verb that writes makes no store by mistake", "[seatctl]") {
  FileOffice store;
  CheckFails(store.Run("expire"), 3, store.Path());
  CheckFails(store.Run("stats 1"), 3, store.Path());
  CHECK_FALSE(std::filesystem::exists(store.Path()));
}

TEST_CASE("An import into files is the same store again", "[seatctl]") {
  FileOffice store;
  store.Create();
  store.Reserve("1-1..1-4");
  const std::string lines = store.Do("export 1");
  store.office().Do("import 1 - --store " + store.Uri("other"), lines);
  CHECK(store.office().Do("export 1 --store " + store.Uri("other")) == lines);
  CHECK(Contains(store.office().Do("verify --store " + store.Uri("other")),
                 "files: ok"));
}

}  // namespace seatfield::test
