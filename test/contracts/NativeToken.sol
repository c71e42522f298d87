// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// A token that is the chain's native asset under another name, as far as a contract can be.
contract NativeToken {
    string public constant symbol = "NAT";
    uint8 public constant decimals = 18;

    event Transfer(address indexed from, address indexed to, uint256 value);

    function balanceOf(address account) external view returns (uint256) {
        return account.balance;
    }

    function transfer(address to, uint256 value) external payable returns (bool) {
        (bool done, ) = to.call{value: value}("");
        require(done, "NAT: refused");
        emit Transfer(msg.sender, to, value);
        return true;
    }
}
