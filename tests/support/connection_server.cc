// SPDX-License-Identifier: MIT

#include "support/connection_server.h"

#include <chrono>
#include <mutex>
#include <thread>
#include <utility>

namespace seatfield::test {

ConnectionServer::ConnectionServer(Serve serve) : serve_(std::move(serve)) {
  accepting_ = std::thread([this] { Accept(); });
}

void ConnectionServer::Accept() {
  while (!stopping_) {
    Socket client = listener_.Accept(std::chrono::milliseconds(20));
    if (!client) continue;
    Connection& connection = connections_.emplace_back();
    connection.client = std::move(client);
    connection.thread = std::thread([this, &connection] { Run(connection); });
  }
}

void ConnectionServer::Run(Connection& connection) {
  serve_(connection.client);
  const std::lock_guard lock(connection.closing);
  connection.client.Close();
}

void ConnectionServer::Stop() {
  if (stopping_.exchange(true)) return;
  accepting_.join();
  for (Connection& connection : connections_) {
    {
      const std::lock_guard lock(connection.closing);
      if (connection.client) connection.client.ShutDown();
    }
    connection.thread.join();
  }
}

}  // namespace seatfield::test
