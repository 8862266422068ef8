// SPDX-License-Identifier: MIT
//
// Writes the golden store of this format version into a directory, which must
// be empty: the same bytes at each run.
//
//   write_golden DIRECTORY

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "mapped/golden_store.h"
#include "seatfield/internal/text.h"

int main(int argc, char** argv) {
  using namespace seatfield::test;
  if (argc != 2) return 2;
  SimulatedSystem system(kGoldenMachine);
  const auto made = MakeGolden(system);
  if (!made.ok()) {
    std::fprintf(stderr, "%s\n", made.status().ToString().c_str());
    return 1;
  }
  std::ofstream expected(std::string(argv[1]) + "/expected.txt");
  expected << made->sequence << " " << made->digest.high << " "
           << made->digest.low << "\n";
  for (const std::string& name : GoldenFiles(system.disk())) {
    const auto bytes =
        system.disk().ReadAll(std::string(kStorePath) + "/" + name);
    std::ofstream file(std::string(argv[1]) + "/" + name, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }
  return 0;
}
