// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// A token whose issuer decides how much gas a transfer takes.
contract HungryToken {
    string public constant symbol = "HUNGRY";
    uint8 public constant decimals = 6;
    uint256 public appetite;
    mapping(address => uint256) public balanceOf;

    event Transfer(address indexed from, address indexed to, uint256 value);

    function setAppetite(uint256 gas) external {
        appetite = gas;
    }

    function mint(address to, uint256 value) external {
        balanceOf[to] += value;
        emit Transfer(address(0), to, value);
    }

    function transfer(address to, uint256 value) external returns (bool) {
        uint256 start = gasleft();
        balanceOf[msg.sender] -= value;
        balanceOf[to] += value;
        emit Transfer(msg.sender, to, value);
        uint256 most = value == 0 ? 0 : appetite;
        while (start - gasleft() < most) {}
        return true;
    }
}
