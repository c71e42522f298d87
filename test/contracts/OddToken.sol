// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// A token that behaves as some real ones do, and as it is told. Anyone may mint.
contract OddToken {
    string public constant symbol = "ODD";
    uint8 public decimals = 6;

    enum Way { Normal, ReturnsFalse, ReturnsNothing, TakesFee, Paused, MovesNothing, BurnsGas, HidesBalances, ClaimsBalances, RevertsWithNul, ClaimsSome }

    Way public way;
    mapping(address => uint256) private balances;
    mapping(address => bool) public blacklisted;

    event Transfer(address indexed from, address indexed to, uint256 value);

    function behave(Way given) external {
        way = given;
    }

    function setDecimals(uint8 given) external {
        decimals = given;
    }

    function balanceOf(address account) external view returns (uint256) {
        require(way != Way.HidesBalances, "ODD: none of your business");
        if (way == Way.ClaimsSome) return 1000;
        return way == Way.ClaimsBalances ? type(uint256).max : balances[account];
    }

    /// Tells of transfers that move nothing.
    function claim(address to, uint256 value, uint256 times) external {
        for (uint256 i = 0; i < times; i++) emit Transfer(address(0), to, value);
    }

    function blacklist(address account, bool listed) external {
        blacklisted[account] = listed;
    }

    function mint(address to, uint256 value) external {
        balances[to] += value;
        emit Transfer(address(0), to, value);
    }

    function transfer(address to, uint256 value) external returns (bool) {
        require(way != Way.Paused, "ODD: paused");
        require(way != Way.RevertsWithNul, unicode"ODD: a\x00b\x1b[2J");
        require(!blacklisted[msg.sender], "ODD: sender is blacklisted");
        require(!blacklisted[to], "ODD: recipient is blacklisted");
        if (way == Way.BurnsGas) assembly { invalid() }
        if (way == Way.ReturnsFalse) return false;
        if (way == Way.MovesNothing) return true;
        uint256 fee = way == Way.TakesFee ? value / 100 : 0;
        balances[msg.sender] -= value;
        balances[to] += value - fee;
        emit Transfer(msg.sender, to, value - fee);
        if (fee > 0) emit Transfer(msg.sender, address(0xfee), fee);
        if (way == Way.ReturnsNothing) assembly { return(0, 0) }
        return true;
    }
}
