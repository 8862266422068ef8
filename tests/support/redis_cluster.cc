// SPDX-License-Identifier: MIT

#include "support/redis_cluster.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace seatfield::test {
namespace {

bool WaitFor(const std::function<bool()>& condition) {
  for (int i = 0; i < 1000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

bool Says(const RedisServer& node, const Words& command,
          std::string_view part) {
  return node.Call(command).text.find(part) != std::string::npos;
}

bool Does(const RedisServer& node, const Words& command) {
  return !node.Call(command).is_error();
}

// The first slot of a primary's share.
std::size_t FirstSlot(std::size_t at) {
  return RedisCluster::kSlots * at / RedisCluster::kPrimaries;
}

}  // namespace

std::unique_ptr<RedisCluster> RedisCluster::Start(
    const RedisClusterOptions& options, std::string* reason) {
  std::unique_ptr<RedisCluster> cluster(new RedisCluster());
  if (!cluster->StartNodes(options, reason)) return nullptr;
  const bool formed =
      cluster->Form() && (!options.replicas || cluster->AddReplicas());
  if (formed) return cluster;
  if (reason != nullptr) *reason = "the nodes do not form a cluster";
  return nullptr;
}

bool RedisCluster::StartNodes(const RedisClusterOptions& options,
                              std::string* reason) {
  RedisServerOptions node;
  node.cluster = true;
  node.arguments = {"--cluster-node-timeout",
                    std::to_string(options.node_timeout.count()),
                    "--repl-diskless-sync-delay",
                    "0",
                    "--cluster-replica-validity-factor",
                    "0"};
  node.arguments.insert(node.arguments.end(), options.arguments.begin(),
                        options.arguments.end());
  const std::size_t count = options.replicas ? 2 * kPrimaries : kPrimaries;
  while (nodes_.size() < count) {
    nodes_.push_back(RedisServer::Start(node, reason));
    if (nodes_.back() == nullptr) return false;
    ids_.push_back(nodes_.back()->Call({"CLUSTER", "MYID"}).text);
  }
  return true;
}

bool RedisCluster::Form() {
  for (std::size_t i = 0; i < size(); ++i) {
    if (!Does(*nodes_[i],
              {"CLUSTER", "SET-CONFIG-EPOCH", std::to_string(i + 1)})) {
      return false;
    }
    if (i >= kPrimaries) continue;
    if (!Does(*nodes_[i],
              {"CLUSTER", "ADDSLOTSRANGE", std::to_string(FirstSlot(i)),
               std::to_string(FirstSlot(i + 1) - 1)})) {
      return false;
    }
  }
  // Each meets each: gossip would bring it about, later.
  for (const auto& node : nodes_) {
    for (const auto& other : nodes_) {
      if (node != other && !Does(*node, {"CLUSTER", "MEET", "127.0.0.1",
                                         std::to_string(other->port()),
                                         std::to_string(other->bus_port())})) {
        return false;
      }
    }
  }
  return WaitFor([&] {
           return std::all_of(nodes_.begin(), nodes_.end(), [&](auto& node) {
             return Says(*node, {"CLUSTER", "INFO"},
                         "cluster_known_nodes:" + std::to_string(size()));
           });
         }) &&
         WaitUntilOk();
}

bool RedisCluster::AddReplicas() {
  for (std::size_t i = kPrimaries; i < size(); ++i) {
    const Words command = {"CLUSTER", "REPLICATE", ids_[i - kPrimaries]};
    if (!WaitFor([&] { return Does(*nodes_[i], command); })) return false;
  }
  return WaitFor([&] {
    for (std::size_t i = kPrimaries; i < size(); ++i) {
      if (!KnowReplicaOf(i - kPrimaries) ||
          !Says(*nodes_[i], {"INFO", "replication"}, "master_link_status:up")) {
        return false;
      }
    }
    return true;
  });
}

// A primary hears no replica of which it does not know.
bool RedisCluster::KnowReplicaOf(std::size_t primary) const {
  return std::all_of(nodes_.begin(), nodes_.end(), [&](const auto& node) {
    return Says(*node, {"CLUSTER", "NODES"}, "slave " + ids_[primary]);
  });
}

std::vector<std::string> RedisCluster::addresses() const {
  std::vector<std::string> all;
  for (const auto& node : nodes_) all.push_back(node->address());
  return all;
}

bool RedisCluster::WaitForReplicaOf(std::size_t primary) const {
  return WaitFor([&] {
    const auto keys = nodes_[primary]->Call({"DBSIZE"}).number;
    return nodes_[primary + kPrimaries]->Call({"DBSIZE"}).number == keys;
  });
}

// Whether each node that runs takes it for one.
bool RedisCluster::IsPrimary(std::size_t at) const {
  return std::all_of(nodes_.begin(), nodes_.end(), [&](const auto& node) {
    if (node->pid() == 0) return true;
    // A line a node; it begins with the node's id.
    const std::string all = '\n' + node->Call({"CLUSTER", "NODES"}).text;
    const std::size_t line = std::min(all.find('\n' + ids_[at]), all.size());
    const std::size_t end = all.find('\n', line + 1);
    return all.substr(line, end - line).find("master ") != std::string::npos;
  });
}

std::size_t RedisCluster::OwnerOf(std::uint16_t slot) const {
  for (std::size_t i = 0; i < size(); ++i) {
    if (nodes_[i]->pid() == 0) continue;
    for (const RespValue& range :
         nodes_[i]->Call({"CLUSTER", "SLOTS"}).elements) {
      if (range.elements[0].number <= slot &&
          slot <= range.elements[1].number &&
          range.elements[2].elements[2].text == ids_[i]) {
        return i;
      }
    }
  }
  return size();
}

std::uint16_t RedisCluster::SlotOf(const std::string& key) const {
  return static_cast<std::uint16_t>(
      nodes_[0]->Call({"CLUSTER", "KEYSLOT", key}).number);
}

bool RedisCluster::BeginMove(std::uint16_t slot, std::size_t from,
                             std::size_t to) {
  const std::string text = std::to_string(slot);
  return Does(*nodes_[to],
              {"CLUSTER", "SETSLOT", text, "IMPORTING", ids_[from]}) &&
         Does(*nodes_[from],
              {"CLUSTER", "SETSLOT", text, "MIGRATING", ids_[to]});
}

bool RedisCluster::MoveKeys(std::uint16_t slot, std::size_t from,
                            std::size_t to, std::size_t keys_max) {
  const auto link = nodes_[from]->Connect();
  if (link == nullptr) return false;
  for (std::size_t moved = 0; moved < keys_max; ++moved) {
    const RespValue keys =
        link->Call({"CLUSTER", "GETKEYSINSLOT", std::to_string(slot), "1"});
    if (keys.is_error()) return false;
    if (keys.elements.empty()) return true;
    const RespValue answer =
        link->Call({"MIGRATE", "127.0.0.1", std::to_string(nodes_[to]->port()),
                    keys.elements[0].text, "0", "5000"});
    if (answer.text != "OK") return false;
  }
  return true;
}

bool RedisCluster::CallAll(const Words& command) const {
  return std::all_of(nodes_.begin(), nodes_.end(), [&](const auto& node) {
    return node->pid() == 0 || Says(*node, {"INFO", "replication"}, "slave") ||
           Does(*node, command);
  });
}

bool RedisCluster::EndMove(std::uint16_t slot, std::size_t from,
                           std::size_t to) {
  const Words command = {"CLUSTER", "SETSLOT", std::to_string(slot), "NODE",
                         ids_[to]};
  // First where it goes, so that no moment has nobody who serves it.
  return Does(*nodes_[to], command) && Does(*nodes_[from], command) &&
         CallAll(command);
}

bool RedisCluster::MoveSlot(std::uint16_t slot, std::size_t from,
                            std::size_t to) {
  return BeginMove(slot, from, to) && MoveKeys(slot, from, to) &&
         EndMove(slot, from, to);
}

bool RedisCluster::Failover(std::size_t replica) {
  // While one of the three is gone a vote may not come about.
  const bool all_run =
      std::all_of(nodes_.begin(), nodes_.end(),
                  [](const auto& node) { return node->pid() != 0; });
  Words command = {"CLUSTER", "FAILOVER"};
  if (!all_run) command.push_back("TAKEOVER");
  return Does(*nodes_[replica], command) &&
         WaitFor([&] { return IsPrimary(replica); }) && WaitUntilOk();
}

bool RedisCluster::WaitUntilOk() const {
  return WaitFor([&] {
    return std::all_of(nodes_.begin(), nodes_.end(), [](const auto& node) {
      return node->pid() == 0 ||
             Says(*node, {"CLUSTER", "INFO"}, "cluster_state:ok");
    });
  });
}

}  // namespace seatfield::test
