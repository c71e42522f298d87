// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

/// A token whose events cannot be searched by address, as some of the first ones were made.
contract UnindexedToken {
    event Transfer(address from, address to, uint256 value);

    uint8 public constant decimals = 6;
    mapping(address => uint256) public balanceOf;

    function transfer(address to, uint256 value) external returns (bool) {
        emit Transfer(msg.sender, to, value);
        return true;
    }
}
