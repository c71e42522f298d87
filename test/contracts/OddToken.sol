// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// A token that behaves as some real ones do, and as it is told. Anyone may mint.
contract OddToken {
    string public constant symbol = "ODD";
    uint8 public constant decimals = 6;

    enum Way { Normal, ReturnsFalse, ReturnsNothing, TakesFee, Paused, MovesNothing, BurnsGas }

    Way public way;
    mapping(address => uint256) public balanceOf;
    mapping(address => bool) public blacklisted;

    event Transfer(address indexed from, address indexed to, uint256 value);

    function behave(Way given) external {
        way = given;
    }

    function blacklist(address account, bool listed) external {
        blacklisted[account] = listed;
    }

    function mint(address to, uint256 value) external {
        balanceOf[to] += value;
        emit Transfer(address(0), to, value);
    }

    function transfer(address to, uint256 value) external returns (bool) {
        require(way != Way.Paused, "ODD: paused");
        require(!blacklisted[msg.sender], "ODD: sender is blacklisted");
        require(!blacklisted[to], "ODD: recipient is blacklisted");
        if (way == Way.BurnsGas) assembly { invalid() }
        if (way == Way.ReturnsFalse) return false;
        if (way == Way.MovesNothing) return true;
        uint256 fee = way == Way.TakesFee ? value / 100 : 0;
        balanceOf[msg.sender] -= value;
        balanceOf[to] += value - fee;
        emit Transfer(msg.sender, to, value - fee);
        if (fee > 0) emit Transfer(msg.sender, address(0xfee), fee);
        if (way == Way.ReturnsNothing) assembly { return(0, 0) }
        return true;
    }
}
